import { dirname } from 'node:path';
import type { LoadedModel, ModelSource } from '../../protocol/inference.ts';

/** What a file that a user wants to add turned out to be. */
export type Verdict = { usable: true; summary: string; message: string } | { usable: false; message: string };

export const counted = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

/** Whether a loaded model can explain text, and in words what was found or is missing. */
export function verdictOn(source: ModelSource, model: LoadedModel): Verdict {
  const uncovered = model.uncovered.join(', ');
  if (model.sites.length === 0) {
    return {
      usable: false,
      message: uncovered
        ? `The attention of ${source.name} is in fused operators that are not covered yet: ${uncovered}. Export it with attention written out (MatMul, Softmax, MatMul), as torch.onnx.export does, and add that file.`
        : `No attention was found in ${source.name}: no Softmax over the product of queries and keys. Add a transformer exported with torch.onnx.export.`,
    };
  }
  if (!model.hasTokenizer) {
    return {
      usable: false,
      message: `${source.name} has no tokenizer.json beside it, so it cannot read text. Put the model’s tokenizer.json into ${dirname(source.path)} and add the file again.`,
    };
  }
  const layers = new Set(model.sites.map(({ layer }) => layer)).size;
  const sites =
    model.sites.length === layers
      ? counted(layers, 'attention layer')
      : `${counted(model.sites.length, 'attention site')} in ${counted(layers, 'layer')}`;
  const summary = [
    sites,
    `${millions(model.parameters)} parameters`,
    ...(model.context === null ? [] : [`context ${model.context.toLocaleString('en')}`]),
  ].join(', ');
  const rest = uncovered ? ` Not covered yet, so not shown: ${uncovered}.` : '';
  return { usable: true, summary, message: `${source.name} was added: ${summary}.${rest}` };
}

/** "124M" */
export function millions(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)}B`;
  if (parameters < 1e3) return String(parameters);
  return parameters >= 1e6 ? `${(parameters / 1e6).toFixed(parameters < 1e7 ? 1 : 0)}M` : `${Math.round(parameters / 1e3)}K`;
}
