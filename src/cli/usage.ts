/** What `--help` prints, and how a wrong command line is told. */

import { samplers } from '../maths/samplers/list.ts';
import { defaultDiffusion } from '../protocol/diffusion.ts';
import { defaultDecoding } from '../protocol/generation.ts';
import { defaultGan } from '../protocol/sampling.ts';
import { evaluateHelp } from './evaluate/help.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command whose help explains more. */
  readonly command: string | undefined;
  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

const engineOptions = `Options of the engine:
  --provider NAME   auto (default), cpu, cuda, webgpu, coreml or directml
  --threads N       threads inside one operator; 0 (default) lets ONNX Runtime choose
  --memory MIB      most memory that one run's tensors may take (default 4096)
  --engine DIR      folder of an onnxruntime-node to use instead of the one shipped
`;

const modelText = `MODEL is the name of a bundled model, an .onnx file, or a folder that holds one. The tokenizer.json beside
the file is used for texts.
`;

export type HelpTopic = 'general' | 'attention' | 'sample' | 'evaluate' | 'inspect' | 'formulas';
export const isTopic = (word: string | undefined): word is HelpTopic => word !== undefined && Object.hasOwn(help, word);

export const help: Readonly<Record<HelpTopic, string>> = {
  general: `Usage: genlens COMMAND ...

Shows what generative models compute.

Commands:
  attention MODEL   run a model on a text or on tensors and write its attention weights
  sample MODEL      continue a text, or draw samples of a VAE, a GAN or a diffusion model
  evaluate MODEL    measure a VAE or a GAN on data
  inspect MODEL     tell what a model is: inputs, outputs, parameters, attention
  formulas PATH     name the formulas that Python code computes, and what is wrong with them

Options:
  --help            this text, or with a command its own
  --version         the version

Exit status: 0 on success, 1 on failure, 2 for a wrong command line; that of formulas is told by its own help.
`,
  attention: `Usage: genlens attention MODEL (--text TEXT | --file FILE | --inputs FEEDS.npz) [--out DIR [--layer L] [--head H] [--json]]
                         [--html FILE]

Runs a model and writes its attention weights, a report of them, or both.

--out: DIR/attention.json and, for each place of the graph where attention is computed, a float32 .npy file of shape
[batch, heads, queries, keys]. Masked cells are written as their weight, 0.
--html: one page that shows every head, opens in a browser without a network, and computes the weights itself from
the queries and keys of the run (its first sequence), which it holds in half precision. It says how far it is from
the run.
${modelText}
  --text TEXT       the text to run
  --file FILE       a file with the text, in UTF-8; - reads standard input
  --inputs FILE     a .npz file of tensors by input name; what is missing is made as for a text
  --out DIR         folder to write to; it is made where it does not exist
  --html FILE       file to write the report to, in a folder that exists
  --layer L         of --out, only this layer (counted from 0)
  --head H          likewise, only this head (counted from 0); the files are then [batch, 1, queries, keys]
  --json            print what attention.json holds

A text with more tokens than the model's context is cut to its first ones; the output says so.

${engineOptions}`,
  sample: `Usage: genlens sample MODEL [--prompt TEXT | --file FILE] [--n N] [--seed S] [--settings SETTINGS.json] [--out DIR] [--json]
                      [--answer ID=VALUE]...
       genlens sample MODEL --steps N [--sampler NAME] [--guidance G] [--prompt TEXT | --label L] [--n N] [--seed S] [--init INIT.npy]
                      [--noise NOISE.npy] [--trajectory OUT.npy] [--settings SETTINGS.json] [--out DIR] [--json]

Continues a text with a transformer that predicts the next token, and prints what it continues it with. Of a VAE, a GAN or a diffusion model,
draws samples.
${modelText}A VAE is also a folder with encoder.onnx and decoder.onnx, a GAN one with generator.onnx and, for scores, discriminator.onnx.

  --prompt TEXT     the text to continue
  --file FILE       a file with the text, in UTF-8; - reads standard input
  --n N             how many continuations (default 1); the first has the seed, each other that of the one before and 1
  --seed S          0 to 4294967295; in place of the one of the settings
  --settings FILE   settings as "copy as settings" gives them; those that are left out have the value here:
                    ${Object.entries(defaultDecoding)
                      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
                      .join(', ')
                      .replace(/(.{70,90}?,) /g, '$1\n                    ')}
  --out DIR         write DIR/sample.json, as --json prints it, and DIR/SEED.txt for each continuation; the folder is made where it does
                    not exist
                    Of a VAE: samples.npy [N, ...], z.npy and sample.json; of a GAN also classes.npy and scores.npy
  --answer ID=VALUE what the files of a VAE or a GAN do not say; which questions there are is told when one is needed
  --json            print all that is known as JSON: each token with its log-probability (nats), rank, the probability it was drawn with
                    and the most probable others; and the recipe: hash of the model, prompt, settings, provider, threads and versions

Of a diffusion model (a bundled one, or a folder as diffusers and Optimum write it, with model_index.json):
  --steps N         steps of the sampler (default ${defaultDiffusion.run.steps})
  --sampler NAME    ${samplers
    .map(({ name }) => name)
    .join(', ')
    .replace(/(.{70,90}?,) /g, '$1\n                    ')};
                    or the name of its class in diffusers. The model's own, of scheduler_config.json, where it is not given
  --guidance G      scale of classifier-free guidance; 1 (default): none
  --prompt TEXT     what to draw, of a model that is told texts; of the bundled one two characters and words of style: "A b bold"
  --label L         class to draw, by its number or name, of a model that is told one
  --seed S          of the first sample; each other has that of the one before and 1. A sample's noise depends on its seed alone
  --init FILE       standard normal noise [batch, ...] to begin with, before any scaling by the sampler
  --noise FILE      noise [k, batch, ...] for what is drawn on the way, in order
  --trajectory FILE write x before the first step and after each evaluation, float32 [evaluations + 1, batch, ...]
  --out DIR         samples.npy [N, ...], pictures; of a latent model also latents.npy; and sample.json
Settings of it: ${JSON.stringify(defaultDiffusion)};
"options" are those of scheduler_config.json, by their names there.

Settings of a GAN: ${JSON.stringify(defaultGan)}.
Sample i depends on the seed and i alone; "first" is the number of the first, "truncation": 0.7 draws numbers of z above it in size again,
"class" is "each" in turn or a number, "from": "walk" goes from one sample to another in "count" steps.

The same recipe gives the same tokens: on the cpu provider with the same threads and engine version always, else as far as rounding does not
decide. A prompt with more tokens than fit is cut to its end; the output says so.

${engineOptions}`,
  evaluate: `${evaluateHelp}
${engineOptions}`,
  inspect: `Usage: genlens inspect MODEL [--json]

Tells a model's family, inputs and outputs, number of parameters, attention, and the provider that would run it.
${modelText}
  --json            print it as JSON

${engineOptions}`,
  formulas: `Usage: genlens formulas PATH... [--quiet | --json | --sarif [--ignored]] [--fail-on SEVERITY] [--rule ID=SEVERITY]...

Names the losses and other formulas of generative models that Python code computes, and says what is wrong with them. The code is read,
not run: a formula is known by the numbers and the gradients that the code would give.

PATH is a .py or .ipynb file, a folder (all such files in it, hidden folders left out), or - for Python on standard input.

Prints a line for each formula: FILE:LINE:COLUMN NAME (ID), and how it differs from the formula as it is written: up to a constant, a
mean over the batch, a factor. What is wrong stands below it: FILE:LINE:COLUMN: SEVERITY: MESSAGE [RULE], and the places that have to do
with it as notes. In a notebook lines are counted within the cell: FILE:cell CELL:LINE:COLUMN.

  --quiet, -q       print what is wrong alone
  --json            print a list of {file, line, column, endLine, endColumn, formula, name, latex, variables, equality, remarks,
                    diagnostics}, in a notebook also the cell; formula is null where the code has a fault but no name. A diagnostic is
                    {rule, severity, message, file, line, column, endLine, endColumn, related, fix}, without a fix where none is sure
  --sarif           print what is wrong as SARIF 2.1.0, for code scanning; places are those in the file as it is stored
  --ignored         in SARIF, also what comments ask to ignore, as suppressed
  --fail-on S       exit with status 1 where something of severity S or more is found: warning, info or hint
  --rule ID=S       set the severity of a rule: off, hint, info or warning; may be given again

"# genlens: ignore[RULE]" on a line of a statement, or on a line of its own above it, leaves it out; "# genlens: ignore-file[RULE]" above
the first statement does so for the file. Several rules are separated by commas; without a list it is every rule.

Lines, columns and cells count from 1; columns in UTF-16 units, as editors count them.

Exit status: 0 where everything was read and nothing found that --fail-on names, 1 where something was found, 2 where a PATH could not be
read (the others are read all the same) or the command line is wrong.
`,
};
