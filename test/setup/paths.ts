import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Where tools that are no dependency of the product are installed: Node, the VS Code server, the models' Python. Not in git. */
export const toolsFolder = path.join(root, '.genlens');

/** The workspace that `npm start` opens and the tests copy. */
export const sampleWorkspace = path.join(root, 'test/editor/workspace');
