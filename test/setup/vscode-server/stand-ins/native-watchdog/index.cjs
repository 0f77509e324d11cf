// Stands in for the native watchdog of VS Code's extension host: ends the host when the server that started it is gone.
'use strict';

exports.start = (pid) => {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (error.code === 'ESRCH') process.exit(87);
    }
  }, 3000);
  timer.unref();
};
exports.exit = (code) => process.exit(code);
