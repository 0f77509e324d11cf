/** What `--help` prints, and how a wrong command line is told. */

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

export const help: Readonly<Record<'general' | 'attention' | 'inspect', string>> = {
  general: `Usage: genlens COMMAND ...

Shows what generative models compute.

Commands:
  attention MODEL   run a model on a text or on tensors and write its attention weights
  inspect MODEL     tell what a model is: inputs, outputs, parameters, attention

Options:
  --help            this text, or with a command its own
  --version         the version

Exit status: 0 on success, 1 on failure, 2 for a wrong command line.
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
  inspect: `Usage: genlens inspect MODEL [--json]

Tells a model's family, inputs and outputs, number of parameters, attention, and the provider that would run it.
${modelText}
  --json            print it as JSON

${engineOptions}`,
};
