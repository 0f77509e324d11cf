import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileRead, ToRead } from './packagesReader.ts';
import { root, toolsFolder } from './paths.ts';
import { run } from './run.ts';

/** Real code, to read what the recogniser names in it, in the order in which it is read. Other packages stay unseen. */
const packages = [
  'deepinv',
  'numpyro',
  'speechbrain',
  'torchrl',
  'stable-baselines3',
  'fastai',
  'pyod',
  'torch-geometric',
  'tensorflow-probability',
  'torch',
];
/** What of a package is read before the rest of it. */
const first: Readonly<Record<string, readonly string[]>> = {
  torch: ['torch/nn/', 'torch/distributions/', 'torch/optim/', 'torch/ao/nn/'],
};

const folder = path.join(toolsFolder, 'packages');
/** Seconds after which a file counts as failed. */
const longest = 120;
/** Milliseconds of computing above which a file is listed as slow. */
const slow = 2000;

interface Read extends FileRead {
  readonly package: string;
  readonly file: string;
}

/**
 * Reads the formulas of real packages, file by file, and writes what is named, for a person to judge: on the terminal, and into
 * `.genlens/packages/named.txt`. What was read before is not read again: a run that was ended goes on, and `--again` starts anew.
 * `--seconds=30` is the longest that a file may take. With `--checked` it is also written what is told to be wrong; what was read without
 * is read again then. Other arguments name some of the packages, and folders or files in them
 * (`torch/torch/distributions`).
 */
export async function readPackages(args: readonly string[]): Promise<number> {
  const asked = args.filter((arg) => !arg.startsWith('-')).map((arg) => arg.replace(/\/+$/, ''));
  const chosen = packages.filter((name) => asked.length === 0 || asked.some((one) => one.split('/')[0] === name));
  if (chosen.length === 0) throw new Error(`There is no package ${asked.join(', ')}. What is read: ${packages.join(', ')}.`);
  const seconds = Number(args.find((arg) => arg.startsWith('--seconds='))?.slice('--seconds='.length) ?? longest);
  if (!(seconds > 0)) throw new Error('--seconds= needs a number above 0.');
  await mkdir(folder, { recursive: true });
  const recorded = args.includes('--again') ? [] : await readBefore();
  await writeFile(record, recorded.map(line).join(''));
  const known = new Map(recorded.map((one) => [`${one.package}/${one.file}`, one]));
  const read: Read[] = [];
  const checked = args.includes('--checked');
  const reader = new Reader(seconds, checked);
  for (const name of chosen) {
    await unpack(name);
    const files = (await pythonFiles(name)).filter((file) => isAsked(`${name}/${file}`, asked));
    for (const [at, file] of files.entries()) {
      progress(`${name} ${String(at + 1)}/${String(files.length)} ${file}`);
      const before = known.get(`${name}/${file}`);
      const earlier = checked && before?.failed === null && !before.told ? undefined : before;
      const one: Read = earlier ?? { package: name, file, ...(await reader.read(path.join(folder, name, file))) };
      read.push(one);
      if (earlier) continue;
      await appendFile(record, line(one));
      progress('');
      process.stdout.write(listing(one));
    }
    progress('');
  }
  await reader.end();
  await writeFile(named, read.map(listing).join(''));
  console.log(summary(read));
  console.log(`What is named where: ${path.relative(root, named)}`);
  return read.some(({ failed }) => failed !== null) ? 1 : 0;
}

const named = path.join(folder, 'named.txt');
/** A line of JSON for each file that was read. */
const record = path.join(folder, 'read.jsonl');

const line = (one: Read): string => `${JSON.stringify(one)}\n`;

/** The last line may have been cut off. */
async function readBefore(): Promise<Read[]> {
  if (!existsSync(record)) return [];
  const lines = (await readFile(record, 'utf8')).split('\n').slice(0, -1);
  return lines.map((text) => JSON.parse(text) as Read);
}

const isAsked = (file: string, asked: readonly string[]): boolean =>
  asked.length === 0 || asked.some((one) => file === one || file.startsWith(`${one}/`));

/** Fetches a package and unpacks its Python files, once. Nothing of it is installed or run. */
async function unpack(name: string): Promise<void> {
  const into = path.join(folder, name);
  if (existsSync(into)) return;
  const fetched = path.join(folder, 'fetched', name);
  await mkdir(fetched, { recursive: true });
  const what = name === 'torch' ? await pinnedTorch() : name;
  const python = process.env['GENLENS_MODELS_PYTHON'] ?? 'python3';
  console.log(`Fetching ${what} ...`);
  const download = ['download', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--no-binary', ':none:'];
  if ((await run(python, ['-m', 'pip', ...download, '--dest', fetched, what])) !== 0)
    throw new Error(`pip could not fetch ${what} (see above): check the network and the space on ${folder}.`);
  const [archive] = await readdir(fetched);
  const part = `${into}.part`;
  await rm(part, { recursive: true, force: true });
  if (archive === undefined || (await run(python, ['-c', unpacking, path.join(fetched, archive), part])) !== 0)
    throw new Error(`${archive ?? what} could not be unpacked (see above).`);
  await rename(part, into);
  await rm(fetched, { recursive: true, force: true });
}

/** Wheels are zip files, source distributions tar files. */
const unpacking = `
import sys, tarfile, zipfile
archive, into = sys.argv[1:]
if zipfile.is_zipfile(archive):
    with zipfile.ZipFile(archive) as files:
        files.extractall(into, [name for name in files.namelist() if name.endswith('.py')])
else:
    with tarfile.open(archive) as files:
        files.extractall(into, [one for one in files if one.name.endswith('.py')], filter='data')
`;

async function pinnedTorch(): Promise<string> {
  const requirements = path.join(root, 'models/train/requirements.txt');
  const torch = /^torch==\S+$/m.exec(await readFile(requirements, 'utf8'))?.[0];
  if (torch === undefined) throw new Error(`${requirements} does not pin torch: it needs a line torch==VERSION.`);
  return torch;
}

/** Tests are left out, and what is the same code again: TensorFlow Probability carries copies of itself for NumPy and JAX. */
async function pythonFiles(name: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, name), { recursive: true });
  const leftOut = /^(_?tests?|testing|substrates|test_.*|.*_test(_util|lib)?\.py|conftest\.py)$/;
  return entries
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.py') && !file.split('/').some((part) => leftOut.test(part)))
    .sort((a, b) => turn(name, a) - turn(name, b) || (a < b ? -1 : 1));
}

function turn(name: string, file: string): number {
  const at = first[name]?.findIndex((one) => file.startsWith(one)) ?? 0;
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}

/** A thread that reads; one that does not come back is ended and replaced. */
class Reader {
  #worker: Worker | null = null;
  readonly #seconds: number;
  readonly #checked: boolean;

  constructor(seconds: number, checked: boolean) {
    this.#seconds = seconds;
    this.#checked = checked;
  }

  async read(file: string): Promise<FileRead> {
    const worker = (this.#worker ??= new Worker(new URL('packagesReader.ts', import.meta.url)));
    try {
      const signal = AbortSignal.timeout(this.#seconds * 1000);
      const answer = once(worker, 'message', { signal }) as Promise<[FileRead]>;
      worker.postMessage({ file, checked: this.#checked } satisfies ToRead);
      return (await answer)[0];
    } catch (error) {
      this.#worker = null;
      await worker.terminate();
      const why = error instanceof Error && error.name === 'AbortError' ? `no end after ${String(this.#seconds)} s` : String(error);
      return { lines: 0, milliseconds: this.#seconds * 1000, named: [], told: null, failed: why };
    }
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
}

/** A line for each that is named: what, where, how it is equal, the line of code; then what is told; and one for a file that failed. */
function listing({ package: name, file, named: found, told, failed }: Read): string {
  const place = (at: number): string => `${name}/${file}:${String(at)}`;
  const lines = [
    ...found.map(({ id, line: at, equality, source }) => [id.padEnd(28), place(at), equality, source].join(' | ')),
    ...(told ?? []).map(({ severity, rule, message, line: at, source }) =>
      [`${severity}: ${rule}`.padEnd(28), place(at), message, source].join(' | '),
    ),
  ];
  if (failed !== null) lines.push(`failed: ${name}/${file}: ${failed}`);
  return lines.map((text) => `${text}\n`).join('');
}

function summary(read: readonly Read[]): string {
  const text: string[] = [];
  for (const name of new Set(read.map((one) => one.package))) {
    const files = read.filter((one) => one.package === name);
    const ids = new Map<string, number>();
    for (const { id } of files.flatMap(({ named }) => named)) ids.set(id, (ids.get(id) ?? 0) + 1);
    const sum = (of: (one: Read) => number): number => files.reduce((total, one) => total + of(one), 0);
    text.push(
      `${name}: ${String(files.length)} files, ${String(sum(({ lines }) => lines))} lines, ` +
        `${(sum(({ milliseconds }) => milliseconds) / 1000).toFixed(1)} s, ${String(sum(({ named }) => named.length))} named`,
      ...toldOf(files),
      ...[...ids].sort((a, b) => b[1] - a[1]).map(([id, count]) => `  ${String(count).padStart(5)} ${id}`),
    );
  }
  for (const { package: name, file, failed } of read) if (failed !== null) text.push(`failed: ${name}/${file}: ${failed}`);
  for (const { package: name, file, milliseconds } of read.filter((one) => one.milliseconds > slow).sort(bySlowness))
    text.push(`slow: ${name}/${file}: ${(milliseconds / 1000).toFixed(1)} s`);
  return text.join('\n');
}

/** What was told in the files that were checked, and how much of it that is per 1,000 formulas that are named in them. */
function toldOf(files: readonly Read[]): string[] {
  const checked = files.flatMap(({ told, named }) => (told ? [{ told, named: named.length }] : []));
  if (checked.length === 0) return [];
  const formulas = checked.reduce((total, { named }) => total + named, 0);
  const counts = (['warning', 'info', 'hint'] as const).map((severity) => {
    const count = checked.flatMap(({ told }) => told).filter((one) => one.severity === severity).length;
    const rate = formulas === 0 || severity === 'hint' ? '' : ` (${((count / formulas) * 1000).toFixed(1)} per 1,000 named)`;
    return `${String(count)} ${severity}s${rate}`;
  });
  return [`  told in ${String(checked.length)} files with ${String(formulas)} named: ${counts.join(', ')}`];
}

const bySlowness = (a: Read, b: Read): number => b.milliseconds - a.milliseconds;
