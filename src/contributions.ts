/**
 * What the extension contributes to the editor, each name once. package.json has to spell the names again, since the editor reads
 * it before any code runs; a test holds the two together.
 */

import type { ProviderName } from './protocol/inference.ts';

export const commands = {
  explainAttention: 'genlens.explainAttention',
  explainPrompt: 'genlens.explainAttentionOfPrompt',
  compareWithHead: 'genlens.compareAttentionWithHead',
  compareWithFile: 'genlens.compareAttentionWithFile',
  exportAttention: 'genlens.exportAttention',
  continueText: 'genlens.continueText',
  openLatentSpace: 'genlens.openLatentSpace',
  addVae: 'genlens.addVae',
  exploreGan: 'genlens.exploreGan',
  addGan: 'genlens.addGan',
  exploreDiffusion: 'genlens.exploreDiffusion',
  addDiffusion: 'genlens.addDiffusion',
  trainVae: 'genlens.trainVae',
  trainGan: 'genlens.trainGan',
  trainDenoiser: 'genlens.trainDenoiser',
  chooseModel: 'genlens.chooseModel',
  togglePainting: 'genlens.togglePainting',
  togglePaintedRow: 'genlens.togglePaintedRow',
  formulaOfSelection: 'genlens.formulaOfSelection',
  copyFormula: 'genlens.copyFormula',
  showLog: 'genlens.showLog',
} as const;

/** Commands that links and keys run; nobody is offered them by name. */
export const innerCommands = {
  showTerms: 'genlens.showTerms',
  hideTerms: 'genlens.hideTerms',
  goToFormula: 'genlens.goToFormula',
  explainRule: 'genlens.explainRule',
  turnOffRule: 'genlens.turnOffRule',
} as const;

/** What the editor's `when` clauses ask for. */
export const contextKeys = {
  termsShown: 'genlens.termsShown',
  formulaList: 'genlens.formulaList',
  debugging: 'genlens.debugging',
} as const;

/** Views in the side bar. */
export const views = {
  formulas: 'genlens.formulas',
  sampling: 'genlens.sampling',
  /** Beside the views of the debugger. */
  stopped: 'genlens.stopped',
} as const;

/** Types of webview panels. */
export const panels = {
  attention: 'genlens.attention',
  formula: 'genlens.formula',
  latent: 'genlens.latent',
  training: 'genlens.training',
  adversarial: 'genlens.adversarial',
  denoiser: 'genlens.denoiser',
  gan: 'genlens.gan',
  denoising: 'genlens.denoising',
} as const;

/** Colours that a theme or a user may change. */
export const colours = {
  /** From the weakest shade to the strongest. */
  attention: ['genlens.attention1', 'genlens.attention2', 'genlens.attention3', 'genlens.attention4', 'genlens.attention5'],
  attentionQuery: 'genlens.attentionQuery',
} as const;

/** Every setting and the type of its value; memory is in megabytes, idle time in minutes. */
export interface Settings {
  'genlens.model': string;
  'genlens.executionProvider': ProviderName;
  'genlens.engine.path': string;
  'genlens.engine.threads': number;
  'genlens.engine.memoryLimit': number;
  'genlens.engine.poolMemory': number;
  'genlens.engine.idleMinutes': number;
  'genlens.formulas.hover': boolean;
  'genlens.formulas.diagnostics': boolean;
  /** Levels by rule. */
  'genlens.formulas.rules': Readonly<Record<string, unknown>>;
  'genlens.formulas.inlineValues': boolean;
}

export const settings = {
  model: 'genlens.model',
  executionProvider: 'genlens.executionProvider',
  enginePath: 'genlens.engine.path',
  threads: 'genlens.engine.threads',
  memoryLimit: 'genlens.engine.memoryLimit',
  poolMemory: 'genlens.engine.poolMemory',
  idleMinutes: 'genlens.engine.idleMinutes',
  formulaHover: 'genlens.formulas.hover',
  formulaDiagnostics: 'genlens.formulas.diagnostics',
  formulaRules: 'genlens.formulas.rules',
  inlineValues: 'genlens.formulas.inlineValues',
} as const satisfies Record<string, keyof Settings>;

/** The scheme under which the pages of rules are opened, which package.json has the editor show as a preview. */
export const ruleScheme = 'genlens-rule';

/** The code action that makes every safe fix of a file. */
export const fixAllKind = 'genlens';

/** Keys of the editor's own storage (Memento). */
export const storageKeys = {
  addedModels: 'genlens.addedModels',
  addedVaes: 'genlens.addedVaes',
  addedGans: 'genlens.addedGans',
  addedPipelines: 'genlens.addedPipelines',
  lastPrompt: 'genlens.lastPrompt',
  attentionPanels: 'genlens.attentionPanels',
  painting: 'genlens.painting',
  sampling: 'genlens.sampling',
  latent: 'genlens.latent',
  latentData: 'genlens.latentData',
  gan: 'genlens.gan',
  denoising: 'genlens.denoising',
  latentPicture: 'genlens.latentPicture',
  training: 'genlens.training',
  adversarial: 'genlens.adversarial',
  denoiser: 'genlens.denoiser',
  collapsedFamilies: 'genlens.collapsedFamilies',
} as const;
