import { describe, expect, it } from 'vitest';
import { addTallies, closingLine, tallyOf, type VitestReport } from '../../setup/tally.ts';

const report = (counts: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
});

describe('the count of a suite', () => {
  it('takes the numbers of the report', () => {
    const tests = [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }];
    const counted = tallyOf(report({ numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: tests }), 1);
    expect(counted).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });

  it('counts a file that could not be loaded as one failed test', () => {
    const broken = [{ status: 'failed', assertionResults: [] }];
    expect(tallyOf(report({ numPassedTests: 7, testResults: broken }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  it('counts a file whose hook failed as one failed test', () => {
    const broken = [{ status: 'failed', assertionResults: [{ status: 'skipped' }] }];
    expect(tallyOf(report({ numPendingTests: 1, testResults: broken }), 1)).toEqual({ passed: 0, failed: 1, skipped: 1 });
  });

  it('never passes a run that ended with an error', () => {
    expect(tallyOf(report({ numPassedTests: 7 }), 1).failed).toBe(1);
  });

  it('adds up to one closing line', () => {
    const total = addTallies({ passed: 10, failed: 1, skipped: 0 }, { passed: 2, failed: 0, skipped: 3 });
    expect(closingLine(total)).toBe('12 passed, 1 failed, 3 skipped');
  });
});
