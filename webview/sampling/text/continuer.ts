/** Continues texts: what is continued, and what was. */

import type { TemplateResult } from 'lit';
import type { GeneratedToken } from '../../../src/protocol/generation.ts';
import type { ContinuedText, SamplingModel, TextRun } from '../../../src/protocol/sampling.ts';
import type { Desk } from '../desk.ts';
import { runSentence, startSentence } from '../words.ts';
import type { TextActions } from './actions.ts';
import { chosenInstead, endOf, pathTo, root, textOf, withToken } from './branches.ts';
import { ContinuationView } from './continuation.ts';
import { textSection } from './textSection.ts';

export class Continuer implements TextActions {
  readonly #desk: Desk;
  readonly #views: readonly [ContinuationView, ContinuationView];

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#views = [new ContinuationView(desk, this), new ContinuationView(desk, this)];
  }

  /** What is seen, in words, from the run. */
  headline(model: SamplingModel): string {
    const { choices, target } = this.#desk;
    const shown = this.#find(choices.run);
    if (!shown) return startSentence(model, choices.source, target);
    return runSentence(pathTo(shown.nodes, shown.tip).map((node) => shown.nodes[node]!.token));
  }

  content(model: SamplingModel): TemplateResult {
    const { run, beside } = this.#desk.choices;
    return textSection(this.#desk, model, this.#find(run), this.#find(beside), this.#views);
  }

  start(): void {
    this.#desk.act(this.#start());
  }

  goOn(run: TextRun, from: number, instead?: { readonly of: number; readonly id: number }): void {
    let at = from;
    let { nodes } = run;
    if (instead) {
      const token = chosenInstead(run.nodes[instead.of]!.token, instead.id);
      if (!token) return;
      const known = nodes.length;
      ({ nodes, node: at } = withToken(nodes, from, token));
      if (nodes.length === known) {
        this.walk(run, at);
        return;
      }
    }
    this.#continue({ ...run, nodes, tip: at });
  }

  walk(run: TextRun, node: number): void {
    this.#desk.put({ ...run, tip: endOf(run.nodes, node), outcome: null }, true);
  }

  insert(run: TextRun): void {
    this.#desk.act(this.#insert(run));
  }

  copy(run: TextRun): void {
    this.#desk.act(this.#desk.host.copy({ text: shownText(run), what: 'The continuation' }));
  }

  explain({ model, from, nodes }: TextRun, node: number): void {
    const path = node === root ? [] : pathTo(nodes, node);
    const tokens = path.map((each) => nodes[each]!.token.id);
    this.#desk.act(this.#desk.host.explain({ model, from, tokens }));
  }

  #find(id: string | null): TextRun | null {
    const found = this.#desk.runs.find((run) => run.id === id);
    return found?.kind === 'text' ? found : null;
  }

  async #insert(run: TextRun): Promise<void> {
    const done = await this.#desk.host.insert({ from: run.from, text: shownText(run) });
    if (!done) throw new Error('There is no text to insert into: open one and put the cursor where the continuation belongs.');
  }

  async #start(): Promise<void> {
    const { model, choices, host } = this.#desk;
    if (!model) return;
    const from: ContinuedText = choices.source === 'file' ? await host.take({}) : { text: choices.prompt, origin: null };
    const run = { kind: 'text', id: crypto.randomUUID(), at: Date.now(), model: model.id, from, settings: choices.decoding } as const;
    this.#continue({ ...run, nodes: [], tip: root, outcome: null });
  }

  /** Goes on behind the tip of a run. */
  #continue(begun: TextRun): void {
    const desk = this.#desk;
    let run: TextRun = { ...begun, outcome: null };
    const given = pathTo(run.nodes, run.tip);
    const left = run.settings.maxTokens - given.length;
    const maxTokens = left > 0 ? left : run.settings.maxTokens;
    const take = (tokens: readonly GeneratedToken[]): void => {
      for (const token of tokens) {
        const { nodes, node } = withToken(run.nodes, run.tip, token);
        run = { ...run, nodes, tip: node };
      }
      desk.put(run, false);
    };
    desk.put(run, true);
    desk.run(run.id, async (signal) => {
      const continuation = given.map((node) => run.nodes[node]!.token.id);
      const request = { prompt: run.from.text, continuation, settings: { ...run.settings, maxTokens } };
      const outcome = await desk.host.continueText({ model: run.model, request }, { signal, onItem: take });
      run = { ...run, outcome };
      desk.put(run, false);
    });
  }
}

const shownText = ({ nodes, tip, outcome }: TextRun): string => outcome?.text ?? textOf(nodes, pathTo(nodes, tip));
