/** What was found as SARIF 2.1.0, the format of code scanning. */

import { pathToFileURL } from 'node:url';
import type { Severity } from '../../../protocol/python.ts';
import { rules, type RuleId } from '../../../python/checks/rules.ts';
import { unreadText, type ReadSource } from '../readFile.ts';
import type { RulePage } from '../rulePages.ts';
import { artifactLocation, rootId } from './locations.ts';
import { levels } from './levels.ts';
import { resultsIn } from './results.ts';

export interface Scan {
  readonly sources: readonly ReadSource[];
  /** Paths that could not be read. */
  readonly failures: readonly { readonly path: string; readonly message: string }[];
  readonly pages: readonly RulePage[];
  readonly severities: ReadonlyMap<RuleId, Severity | 'off'>;
  readonly version: string;
  /** Absolute path of the folder that files are named from. */
  readonly root: string;
}

export function sarifLog({ sources, failures, pages, severities, version, root }: Scan) {
  const indexes = new Map<string, number>(pages.map(({ id }, index) => [id, index]));
  const errors = [...failures, ...sources.flatMap(({ path, unread }) => unread.map((place) => ({ path, message: unreadText(place) })))].map(
    ({ path, message: text }) => ({
      level: 'error',
      message: { text },
      locations: [{ physicalLocation: { artifactLocation: artifactLocation(path, root) } }],
    }),
  );
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Genlens', version, semanticVersion: version, rules: pages.map(described) } },
        invocations: [
          {
            executionSuccessful: errors.length === 0,
            ...(errors.length > 0 && { toolExecutionNotifications: errors }),
            ruleConfigurationOverrides: [...severities].map(([id, severity]) => ({
              descriptor: { id, index: indexes.get(id)! },
              configuration: severity === 'off' ? { enabled: false } : { level: levels[severity] },
            })),
          },
        ],
        originalUriBaseIds: { [rootId]: { uri: `${pathToFileURL(root).href.replace(/\/$/, '')}/` } },
        columnKind: 'utf16CodeUnits',
        results: sources.flatMap((source) => resultsIn(source, { root, indexes })),
      },
    ],
  };
}

function described({ id, summary, markdown }: RulePage) {
  const { name, severity } = rules[id];
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: name },
    fullDescription: { text: summary },
    help: { text: markdown, markdown },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['correctness', 'machine-learning'],
      'problem.severity': severity === 'warning' ? 'warning' : 'recommendation',
    },
  };
}
