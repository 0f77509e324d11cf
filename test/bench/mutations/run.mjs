// node test/bench/mutations/run.mjs [first|second] [SEED]: slips in the right code of half of the fixtures, and which kinds of them nothing is said of.
import { pythonParser } from '../../unit/python/syntax/parser.ts';
import { tryingSlips } from './measure.ts';

const [half = 'first', seed = '1'] = process.argv.slice(2);
if (half !== 'first' && half !== 'second') throw new Error(`The half is "first" or "second", not "${half}".`);
const kinds = new Map();
for await (const { kind, formula, place, written, outcome } of tryingSlips(await pythonParser(), half, seed)) {
  const counts = kinds.get(kind) ?? { told: 0, elsewhere: 0, still: 0, silent: 0, unnamed: 0 };
  counts[outcome]++;
  kinds.set(kind, counts);
  if (outcome !== 'told') console.log(`${outcome.padEnd(9)} ${kind.padEnd(22)} ${formula.padEnd(20)} ${place}  ${written}`);
}
console.table(Object.fromEntries(kinds));
