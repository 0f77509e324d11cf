// Contributes the debug types that the tests debug Python with. The Python is the one that GENLENS_DEBUG_PYTHON names.
'use strict';
const vscode = require('vscode');

exports.activate = ({ subscriptions }) => {
  const createDebugAdapterDescriptor = () => new vscode.DebugAdapterExecutable(process.env.GENLENS_DEBUG_PYTHON, ['-m', 'debugpy.adapter']);
  for (const type of ['debugpy', 'another'])
    subscriptions.push(vscode.debug.registerDebugAdapterDescriptorFactory(type, { createDebugAdapterDescriptor }));
};
