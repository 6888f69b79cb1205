/** What the core's own classes ask Nest for: the one `World` of the process. */
export const WORLD = Symbol('World');
/** The process's settings. */
export const SETTINGS = Symbol('Settings');
