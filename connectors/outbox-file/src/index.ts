export { outboxFile, outboxFile as default } from './outbox-file.ts';
