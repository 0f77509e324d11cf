/** Logits of what follows texts, token by token: with a cache where the model has one, which stays in the thread that runs models. */

import { floatsOf } from '../../../formats/elements.ts';
import { continuingFeeds, idsInput } from '../../../models/feeds.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { DrawnToken, DrawRequest, Entries, Fetch, KeptTensor, RawTensor } from '../../../protocol/worker.ts';
import { chunkLength, KeptCaches, usableTokens, type Cache, type Reading } from './keptCaches.ts';
import { idsSample, planFor, type Plan, type Runs } from './plan.ts';

/** Part of the memory that caches of finished continuations may take. */
const keptShare = 1 / 4;

/** How many drawings there were: each has a number of its own. */
let drawings = 0;

/** Texts of one length that are continued side by side. */
export interface Texts {
  ids: readonly (readonly number[])[];
  /** One for all, or one for each; none where the model has no cache. */
  caches: readonly Cache[];
  /** Of what all of them begin with; none where the model has no cache. */
  reading?: Reading;
}

export interface Advanced {
  /** Of each text [vocabulary]. */
  logits: readonly Float32Array[];
  texts: Texts;
}

export class Continuer {
  private readonly runs: Runs;
  private readonly caches: KeptCaches;
  private planned: Promise<Plan> | undefined;
  /** Of each pair the axis that counts sequences; null where several cannot be run at once. */
  private batched: Promise<readonly number[] | null> | undefined;

  constructor(runs: Runs) {
    this.runs = runs;
    this.caches = new KeptCaches(runs.model.settings.memoryLimit * keptShare, (tensors) => this.freeTensors(tensors));
  }

  /** How the model continues texts. Throws as `planFor` does. */
  async plan(ids: readonly number[]): Promise<Plan> {
    this.planned ??= planFor(this.runs, idsSample(ids, this.runs.model.report.context));
    try {
      return await this.planned;
    } catch (error) {
      this.planned = undefined;
      throw error;
    }
  }

  /**
   * Logits of what follows a prompt and the tokens that are given behind it. What a kept cache has of them is not run again, as long as that
   * gives the same numbers: the prompt is run in pieces of one length, what is given token by token, as it was drawn.
   */
  async begin(prompt: readonly number[], given: readonly number[], context: CallContext): Promise<Advanced> {
    const ids = [...prompt, ...given];
    const plan = await this.plan(ids);
    if (!plan.pairs) return this.whole([ids], plan);
    const start = await this.startFor(prompt, ids, plan);
    let { cache, reading } = start;
    let logits = cache?.length === prompt.length ? reading?.logits : undefined;
    try {
      for (let at = cache?.length ?? 0; at < ids.length;) {
        context.signal.throwIfAborted();
        const end = at >= prompt.length ? at + 1 : plan.severalAtOnce ? Math.min(at + chunkLength, prompt.length) : prompt.length;
        if (end < ids.length) context.progress({ message: 'Reading the text', fraction: end / ids.length });
        const wanted = end >= prompt.length;
        const { logits: rows, cache: longer } = await this.step([ids.slice(at, end)], cache, plan, { wanted, consume: true });
        [cache, at, logits] = [longer, end, rows[0]];
        if (end === prompt.length) reading = { length: end, logits: logits!.slice() };
      }
      return { logits: [logits!], texts: { ids: [ids], caches: [cache!], ...(reading && { reading }) } };
    } catch (error) {
      const replaced = error instanceof RpcError && error.code === 'context-full';
      if (cache && reading && !replaced) this.caches.add({ ids: ids.slice(0, cache.length), cache, reading });
      else if (cache && !replaced) this.freeTensors(cache.tensors);
      throw error;
    }
  }

  /**
   * Logits behind texts with one more token each.
   *
   * @param parents which of the texts each of the next continues
   * @param added the token of each
   * @param keep the texts themselves stay, to be gone on from again
   */
  async advance(texts: Texts, parents: readonly number[], added: readonly number[], keep = false): Promise<Advanced> {
    const plan = await this.plan(texts.ids[0]!);
    const ids = parents.map((parent, i) => [...texts.ids[parent]!, added[i]!]);
    if (!plan.pairs) return this.whole(ids, plan);
    const kept = texts.reading && { reading: texts.reading };
    const axes = ids.length > 1 || texts.ids.length > 1 ? await this.batchAxes(plan, texts.ids[0]!) : null;
    const rows = added.map((id) => [id]);
    const [cache] = texts.caches;
    const same = parents.length === texts.ids.length && parents.every((parent, i) => parent === i);
    if (texts.caches.length === 1 && (same || axes)) {
      const chosen = same ? cache! : await this.take(cache!, (pair) => ({ axis: axes![pair]!, indices: parents }));
      const next = await this.step(rows, chosen, plan, { wanted: true, consume: !(same && keep) });
      if (!same && !keep) this.free(texts);
      return { logits: next.logits, texts: { ids, caches: [next.cache], ...kept } };
    }
    // One by one: a run leaves the cache that it is fed as it was, so several may go on from one.
    const each: Awaited<ReturnType<Continuer['step']>>[] = [];
    for (const [i, parent] of parents.entries())
      each.push(await this.step([rows[i]!], texts.caches[parent] ?? cache!, plan, { wanted: true, consume: false }));
    if (!keep) this.free(texts);
    return { logits: each.map(({ logits: [row] }) => row!), texts: { ids, caches: each.map((step) => step.cache), ...kept } };
  }

  /**
   * Draws tokens behind one text with a cache, in the thread that runs the model.
   *
   * @param onTokens told of them in their order; @param untilEnd given what ends the drawing: a few tokens more may come then
   * @throws RpcError as the runs do; the cache is then kept as far as it goes
   */
  async draw(
    { ids: [ids], caches: [cache], reading }: Texts,
    request: Pick<DrawRequest, 'logits' | 'choosing' | 'place' | 'ends' | 'most'>,
    onTokens: (tokens: readonly DrawnToken[]) => void,
    untilEnd: (end: () => void) => void,
  ): Promise<Texts> {
    const { runtime, model, session } = this.runs;
    const plan = await this.plan(ids!);
    const pairs = plan.pairs!;
    const drawing = ++drawings;
    untilEnd(() => void runtime.endDrawing({ drawing }).catch(() => undefined));
    const drawn: number[] = [];
    const {
      cache: tensors,
      length,
      failed,
    } = await runtime.draw(
      {
        ...request,
        session: await session(),
        drawing,
        inputs: model.session.inputs,
        ids: ids!,
        cache: Object.fromEntries(cache!.tensors.map(({ kept }, i) => [pairs[i]!.input.name, kept])),
        pairs: pairs.map(({ input, output, lengthAxis }) => ({ input: input.name, output: output.name, lengthAxis })),
        logitsOutput: plan.logits.name,
        logitsAxis: plan.logits.axis,
        batch: plan.batch,
      },
      {
        onItem: (tokens) => {
          drawn.push(...tokens.map(({ id }) => id));
          onTokens(tokens);
        },
      },
    );
    const texts = { ids: [[...ids!, ...drawn]], caches: [{ tensors, length }], ...(reading && { reading }) };
    if (!failed) return texts;
    this.end(texts);
    throw new RpcError(failed.code, failed.message);
  }

  /** Ends work on texts: the cache of a single one is kept for a text that begins with it. */
  end({ ids, caches, reading }: Texts): void {
    const [only] = caches;
    if (ids.length === 1 && only && reading) this.caches.add({ ids: ids[0]!.slice(0, only.length), cache: only, reading });
    else this.free({ ids, caches });
  }

  free({ caches }: Texts): void {
    this.freeTensors(caches.flatMap(({ tensors }) => tensors));
  }

  close(): void {
    this.caches.clear();
  }

  private freeTensors(tensors: readonly KeptTensor[]): void {
    // A thread that has ended has freed them.
    void this.runs.runtime.free({ kept: tensors.map(({ kept }) => kept) }).catch(() => undefined);
  }

  /** What is kept of a text's beginning. */
  private async startFor(
    prompt: readonly number[],
    ids: readonly number[],
    plan: Plan,
  ): Promise<{ cache: Cache | undefined; reading: Reading | undefined }> {
    const match = this.caches.find((kept) => usableTokens(kept, prompt, ids, plan));
    if (!match) return { cache: undefined, reading: undefined };
    const { found, count } = match;
    const reading = count >= prompt.length ? found.reading : undefined;
    if (count === found.cache.length) {
      this.caches.remove(found);
      return { cache: found.cache, reading };
    }
    this.caches.touch(found);
    const cut = await this.take(found.cache, (pair) => ({ axis: plan.pairs![pair]!.lengthAxis, start: 0, end: count }));
    return { cache: { ...cut, length: count }, reading };
  }

  private async take({ tensors, length }: Cache, entriesOf: (pair: number) => Entries): Promise<Cache> {
    const parts = tensors.map(({ kept }, pair) => ({ kept, entries: entriesOf(pair) }));
    return { tensors: await this.runs.runtime.take({ parts }), length };
  }

  private async step(
    rows: readonly (readonly number[])[],
    past: Cache | undefined,
    plan: Plan,
    { wanted, consume }: { wanted: boolean; consume: boolean },
  ): Promise<{ logits: Float32Array[]; cache: Cache }> {
    const { runtime, model, session } = this.runs;
    const pairs = plan.pairs!;
    const fed = rows.length > 1 ? rows : Array.from({ length: plan.batch }, () => rows[0]!);
    const length = past?.length ?? 0;
    const feeds = continuingFeeds(model.session.inputs, { rows: fed, past: length, paddingId: model.tokenizer?.paddingId ?? 0 });
    const cached = Object.fromEntries((past?.tensors ?? []).map(({ kept }, i) => [pairs[i]!.input.name, { kept }]));
    const { outputs, kept } = await runtime.runKept({
      session: await session(),
      feeds: { ...feeds.tensors, ...cached },
      fetches: wanted ? [lastRow(plan)] : [],
      keep: pairs.map(({ output }) => output.name),
      ...(past && consume && { free: past.tensors.map((tensor) => tensor.kept) }),
    });
    const tensors = pairs.map(({ output }) => kept[output.name]!);
    const reached = length + rows[0]!.length;
    const short = pairs.find(({ lengthAxis }, i) => tensors[i]!.shape[lengthAxis] !== reached);
    if (short) {
      this.freeTensors(tensors);
      throw new RpcError(
        'context-full',
        `The cache "${short.output.name}" of ${model.source.name} does not hold ${reached} tokens; the model takes no more. Give a shorter text.`,
      );
    }
    return { logits: wanted ? rowsOf(outputs[plan.logits.name]!, plan, rows.length) : [], cache: { tensors, length: reached } };
  }

  /** Without a cache: the whole of every text, all at once where that is possible. */
  private async whole(ids: readonly (readonly number[])[], plan: Plan): Promise<Advanced> {
    const together = ids.length > 1 && (await this.batchAxes(plan, ids[0]!)) !== null;
    const logits: Float32Array[] = [];
    for (const rows of together ? [ids] : ids.map((row) => [row])) logits.push(...(await this.wholeRows(rows, plan)));
    return { logits, texts: { ids, caches: [] } };
  }

  private async wholeRows(rows: readonly (readonly number[])[], plan: Plan): Promise<Float32Array[]> {
    const { runtime, model, session } = this.runs;
    const fed = rows.length > 1 ? rows : Array.from({ length: plan.batch }, () => rows[0]!);
    const feeds = continuingFeeds(model.session.inputs, { rows: fed, past: 0, paddingId: model.tokenizer?.paddingId ?? 0 });
    const last = rows[0]!.length - 1;
    const { name, axis } = plan.logits;
    const fetch: Fetch = axis === null ? name : { name, axis, start: last, end: last + 1 };
    const { outputs } = await runtime.runKept({ session: await session(), feeds: feeds.tensors, fetches: [fetch], keep: [] });
    return rowsOf(outputs[name]!, plan, rows.length);
  }

  private batchAxes(plan: Plan, ids: readonly number[]): Promise<readonly number[] | null> {
    return (this.batched ??= this.measureBatch(plan, idsSample(ids, this.runs.model.report.context)));
  }

  /** Runs two sequences at once, and looks which axes are twice as long. */
  private async measureBatch(plan: Plan, sample: readonly number[]): Promise<readonly number[] | null> {
    const { model } = this.runs;
    const [size] = idsInput(model.session.inputs)!.shape;
    if (plan.batch !== 1 || typeof size !== 'string' || idsInput(model.session.inputs)!.shape.length !== 2) return null;
    const rows = [sample, [...sample].reverse()];
    try {
      if (!plan.pairs) return (await this.wholeRows(rows, plan)).length === 2 ? [] : null;
      const [single, double] = [
        await this.step([sample], undefined, plan, { wanted: true, consume: false }),
        await this.step(rows, undefined, plan, { wanted: true, consume: false }),
      ];
      this.freeTensors([...single.cache.tensors, ...double.cache.tensors]);
      const axes = single.cache.tensors.map(({ shape }, pair) =>
        shape.findIndex((length, axis) => length !== double.cache.tensors[pair]!.shape[axis]),
      );
      return axes.every((axis, pair) => single.cache.tensors[pair]!.shape[axis] === 1 && double.cache.tensors[pair]!.shape[axis] === 2)
        ? axes
        : null;
    } catch (error) {
      if (error instanceof RpcError && error.code === 'run-failed') return null;
      throw error;
    }
  }
}

function lastRow({ logits: { name, axis } }: Plan): Fetch {
  return axis === null ? name : { name, axis, start: -1 };
}

/** Of each sequence, [vocabulary]. */
function rowsOf({ type, data }: RawTensor, { logits: { vocabulary } }: Plan, count: number): Float32Array[] {
  const floats = floatsOf(type, data)!;
  if (floats.length < count * vocabulary) throw new RpcError('run-failed', `A run gave ${floats.length} logits for ${count} sequences.`);
  return Array.from({ length: count }, (_, row) => floats.subarray(row * vocabulary, (row + 1) * vocabulary));
}
