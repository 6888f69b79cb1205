import type { FastifyReply } from 'fastify';

/** No script, no foreign image, no frame around the page; and nothing of it in caches, search engines or `Referer`. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
};

/** For a message's own HTML: it may show pictures and styles, and can do nothing, even when opened outside its frame. */
const MESSAGE_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
};

/** Makes the answer a page of ours. Returned rather than sent, so that interceptors can keep and repeat it. */
export function answerPage(reply: FastifyReply, status: number, page: string): string {
  void reply.status(status).headers(PAGE_HEADERS);
  return page;
}

/** Makes the answer a message's own HTML, written by whoever writes templates and leads' attributes. */
export function answerMessage(reply: FastifyReply, markup: string): string {
  void reply.status(200).headers(MESSAGE_HEADERS);
  return markup;
}
