/** As diffusers calls it. By itself: who only looks for the file needs none of the samplers. */
export const SCHEDULER_FILE = 'scheduler_config.json';
