/** What each item is told, as the denoiser takes it. */

import { elementCount, floatsOf } from '../../../formats/elements.ts';
import { captionIds, captionOf } from '../../../models/diffusion/caption.ts';
import type { Condition } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { fixedBatch } from '../items/trying.ts';
import { numberFeed } from './feeds.ts';
import type { HeldDiffusion } from './model.ts';

/** One of them is there, as the model's conditioning is. */
export interface Told {
  /** Of a text: [tokens, width]. */
  words?: Float32Array;
  /** 1 of a token of the text, 0 of padding. */
  mask?: readonly number[];
  /** Of a caption. */
  ids?: readonly number[];
  label?: number;
  /** What stands at each place of a text or a caption. */
  texts: readonly string[];
}

export interface ToldItems {
  given: readonly Told[];
  /** Away from which items are guided; null where none are. */
  none: readonly Told[] | null;
  notices: readonly string[];
}

/**
 * @param conditions one an item, or one for all
 * @param guided whether items are guided
 * @throws RpcError 'bad-input', 'no-guidance'
 */
export async function toldItems(
  runtime: Runtime,
  model: HeldDiffusion,
  conditions: readonly Condition[],
  items: number,
  guided: boolean,
  signal: AbortSignal,
): Promise<ToldItems> {
  if (conditions.length !== 1 && conditions.length !== items)
    throw new RpcError('bad-input', `There are ${conditions.length} conditions for ${items} items; give one, or one an item.`);
  const { withoutGuidance } = model.loaded;
  if (guided && withoutGuidance !== null) throw new RpcError('no-guidance', `${withoutGuidance} Take guidance 1.`);
  const teller = new Teller(runtime, model, signal);
  const [given, none]: [Told[], Told[]] = [[], []];
  for (let item = 0; item < items; item++) {
    const condition = conditions[conditions.length === 1 ? 0 : item]!;
    given.push(await teller.told(condition));
    if (guided) none.push(await teller.none(condition));
  }
  return { given, none: guided ? none : null, notices: [...teller.notices] };
}

class Teller {
  readonly notices = new Set<string>();
  private readonly runtime: Runtime;
  private readonly model: HeldDiffusion;
  private readonly signal: AbortSignal;
  /** By text: the same one is told to many items. */
  private readonly known = new Map<string, Told>();

  constructor(runtime: Runtime, model: HeldDiffusion, signal: AbortSignal) {
    this.runtime = runtime;
    this.model = model;
    this.signal = signal;
  }

  async told(condition: Condition): Promise<Told> {
    const { conditioning } = this.model.loaded;
    this.refuseOthers(condition);
    switch (conditioning.kind) {
      case 'none':
        return { texts: [] };
      case 'class':
        return { label: labelOf(condition.label, conditioning), texts: [] };
      default:
        return this.text(condition.prompt ?? '');
    }
  }

  async none({ negative }: Condition): Promise<Told> {
    const { conditioning } = this.model.loaded;
    if (conditioning.kind === 'class') return { label: conditioning.none!, texts: [] };
    return this.text(negative ?? '');
  }

  private refuseOthers({ prompt, negative, label }: Condition): void {
    const { kind } = this.model.loaded.conditioning;
    const { name } = this.model.source;
    if ((prompt !== undefined || negative !== undefined) && kind !== 'text' && kind !== 'caption')
      throw new RpcError(
        'bad-input',
        `${name} is told no text${kind === 'class' ? ': it is told a class (a label)' : ''}. Leave the prompt out.`,
      );
    if (label !== undefined && kind !== 'class')
      throw new RpcError(
        'bad-input',
        `${name} is told no class${kind === 'none' ? '' : ': it is told a text (a prompt)'}. Leave the label out.`,
      );
  }

  private async text(text: string): Promise<Told> {
    const found = this.known.get(text) ?? (this.model.tokenizer ? await this.encoded(text) : this.caption(text));
    this.known.set(text, found);
    return found;
  }

  private caption(text: string): Told {
    const words = this.model.source.bundled!.caption!;
    const ids = captionIds(words, text);
    return { ids, texts: captionOf(words, ids) };
  }

  private async encoded(text: string): Promise<Told> {
    const { files, tokenizer } = this.model;
    const { config } = files.pipeline.text!;
    const encoder = files.text!;
    const { ids, mask, words: texts, cut } = await tokenizer!.encode(text);
    if (cut > 0) this.notices.add(`The text has ${cut} tokens more than the encoder takes (${tokenizer!.length}); its end was left out.`);
    const feeds = encoder.inputs.map((input) => {
      const batch = fixedBatch(input) ?? 1;
      const values = /mask/.test(input.name)
        ? // Padding is seen where the pipeline has it seen: CLIP's masks what comes later alone.
          config.use_attention_mask
          ? mask
          : mask.map(() => 1)
        : /position/.test(input.name)
          ? ids.map((_, at) => at)
          : ids;
      return [input.name, numberFeed(input, Array.from({ length: batch }, () => values).flat(), [batch, ids.length])] as const;
    });
    const floats = encoder.outputs.filter(({ type }) => type === 'float32' || type === 'float16');
    const output = floats.find(({ name }) => name === 'last_hidden_state') ?? floats.find(({ shape }) => shape.length === 3) ?? floats[0];
    if (!output) throw new RpcError('model-invalid', `${encoder.path} gives no numbers; a text encoder gives last_hidden_state.`);
    const outputs = await this.runtime.run(
      { session: encoder.session.session, feeds: Object.fromEntries(feeds), fetches: [output.name] },
      { signal: this.signal },
    );
    const { type, shape, data } = outputs[output.name]!;
    const values = floatsOf(type, data)!;
    if (shape.length !== 3 || shape[1] !== ids.length)
      throw new RpcError(
        'model-invalid',
        `${encoder.path} gives ${output.name} [${shape.join(', ')}]; [batch, ${ids.length} tokens, width] is needed.`,
      );
    const words = values.slice(0, elementCount(shape.slice(1)));
    const wrong = words.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new RpcError('not-a-number', `The text encoder gives ${words[wrong]} for "${text.slice(0, 80)}". Export it again.`);
    return { words, mask, texts };
  }
}

function labelOf(
  label: Condition['label'],
  { count, names, none }: { count: number; names: Readonly<Record<number, readonly string[]>>; none: number | null },
): number {
  if (label === undefined) throw new RpcError('bad-input', `The model is told one of ${count} classes: give a label.`);
  const most = none ?? count - 1;
  const number = typeof label === 'number' ? label : /^\d+$/.test(label) ? Number(label) : undefined;
  if (number !== undefined) {
    if (Number.isInteger(number) && number >= 0 && number <= most) return number;
    throw new RpcError(
      'bad-input',
      `The label ${label} is no class; classes are 0 to ${count - 1}${none === null ? '' : `, and ${none} for none`}.`,
    );
  }
  const wanted = String(label).toLowerCase();
  const found = Object.entries(names).filter(([, own]) => own.some((name) => name.toLowerCase() === wanted));
  if (found.length === 1) return Number(found[0]![0]);
  const some = Object.values(names).slice(0, 5).flat().join(', ');
  throw new RpcError(
    'bad-input',
    `"${label}" names ${found.length === 0 ? 'no class' : `${found.length} classes`}; give a number from 0 to ${count - 1}${some === '' ? '' : `, or a name such as ${some}`}.`,
  );
}
