export { type CompiledContent, compileContent, type ContentLibrary } from './compile-content.ts';
export { contentProblems } from './content-problems.ts';
export { previewText } from './preview-text.ts';
export { render } from './render.ts';
export type { EmailMessage, MergeInput, Message, Rendered, SmsMessage } from './types.ts';
