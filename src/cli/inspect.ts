/** `genlens inspect`: what a model is. */

import type { LoadedModel, ModelSource, TensorInfo } from '../protocol/inference.ts';
import type { InspectArguments } from './arguments.ts';
import { describeProvider, withModel } from './engine.ts';
import { manifestFamily } from './family.ts';
import type { Terminal } from './terminal.ts';

/** The manifest's word for it, else what the file shows: attention makes a transformer. */
async function familyOf(source: ModelSource, { sites, uncovered }: LoadedModel): Promise<string> {
  const family = await manifestFamily(source);
  if (family !== undefined) return family;
  return sites.length > 0 || uncovered.length > 0 ? 'transformer' : 'unknown';
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return rows.map((row) => `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')}\n`).join('');
}

function tensors(list: readonly TensorInfo[]): string {
  return table(list.map(({ name, type, shape }) => [name, type, `[${shape.join(', ')}]`]));
}

export async function inspect(args: InspectArguments, terminal: Terminal): Promise<void> {
  await withModel(terminal, args.model, args.settings, async (client, source) => {
    const model = await client.load({ signal: terminal.signal, onProgress: (progress) => terminal.progress(progress) });
    const family = await familyOf(source, model);
    if (args.json) {
      const { inputs, outputs, parameters, sites, uncovered, context, hasTokenizer, provider } = model;
      const report = {
        model: source.id,
        name: source.name,
        path: source.path,
        family,
        inputs,
        outputs,
        parameters,
        sites,
        uncovered,
        context,
        hasTokenizer,
        provider,
      };
      terminal.print(`${JSON.stringify(report, null, 2)}\n`);
      return;
    }
    const sites = model.sites.map(({ layer, kind, name }) => [`layer ${layer}`, kind, name]);
    const lines = [
      `${source.name} (${source.path})\n`,
      `Family: ${family}\n`,
      `Parameters: ${model.parameters.toLocaleString('en')}\n`,
      `Context: ${model.context === null ? 'not stated' : `${model.context.toLocaleString('en')} tokens`}\n`,
      `Tokenizer: ${model.hasTokenizer ? source.tokenizerPath! : 'none; give tensors with --inputs'}\n`,
      `Provider: ${describeProvider(model.provider)}\n`,
      `Inputs:\n${tensors(model.inputs)}`,
      `Outputs:\n${tensors(model.outputs)}`,
      `Attention: ${model.sites.length} ${model.sites.length === 1 ? 'site' : 'sites'}\n${table(sites)}`,
      model.uncovered.length > 0 ? `Not covered yet: ${model.uncovered.join(', ')}\n` : '',
    ];
    terminal.print(lines.join(''));
  });
}
