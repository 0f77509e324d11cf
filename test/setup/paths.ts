import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Where tools that are no dependency of the product are installed: Node, the VS Code server, the models' Python. Not in git. */
export const toolsFolder = path.join(root, '.genlens');

/** The workspace that `npm start` opens and the tests copy. */
export const sampleWorkspace = path.join(root, 'test/editor/workspace');

/** Contributes debugpy as it is on PyPI to an editor, from the Python that GENLENS_DEBUG_PYTHON names. */
export const debuggerExtension = path.join(root, 'test/python/debugger');

/** What it debugs. */
export const debuggedWorkspace = path.join(root, 'test/python/workspace');
