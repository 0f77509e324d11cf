import type { AttentionResult } from '../../src/protocol/attention.ts';
import type { SiteRun, TokenSpan } from '../../src/protocol/inference.ts';

/** The tokens along an axis of a site's maps; the keys of cross attention are of another sequence, however many there are. */
export function axisTokens(
  { result, site }: { readonly result: AttentionResult; readonly site: SiteRun },
  axis: 'query' | 'key',
): readonly TokenSpan[] | undefined {
  const { tokens } = result.run;
  if (axis === 'key' && site.kind === 'cross') return undefined;
  return tokens?.length === (axis === 'query' ? site.queries : site.keys) ? tokens : undefined;
}
