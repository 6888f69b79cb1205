import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { World } from '@tendril/flows';
import { Reflector } from '@nestjs/core';
import { AppError, type Json, sha256Of, stableJson } from '@tendril/kernel';
import { dropAnswer, keepAnswer, reserveAnswer } from '@tendril/store';
import type { FastifyReply } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { WORLD } from '../world-token.ts';
import type { KeyedRequest } from './key-guard.ts';

/** Marks a route whose answer holds a secret: it is told once and kept nowhere, so repeating the request does it again. */
export const ToldOnce = Reflector.createDecorator<true>();

/**
 * `Idempotency-Key` on a POST: the same key and body give the same answer without doing anything twice; the same key with
 * another body is a conflict. A request that failed leaves nothing behind and may be tried again. Only for requests with an API
 * key: the public could fill the table.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    @Inject(WORLD) private readonly world: World,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<KeyedRequest>();
    if (this.reflector.get(ToldOnce, context.getHandler())) return next.handle();
    const given = request.headers['idempotency-key'];
    if (request.method !== 'POST' || request.keyId === undefined || typeof given !== 'string' || given === '') return next.handle();
    const { db } = this.world.store;
    const key = sha256Of(request.keyId, request.method, request.url, given);
    const bodyHash = sha256Of(stableJson(request.body ?? null));
    const kept = await reserveAnswer(db, key, bodyHash, this.world.clock.now());
    if (kept) {
      if (kept.bodyHash !== bodyHash) throw conflict('was used before with another body', 'Use a new key for another request.');
      if (kept.status === null) throw conflict('belongs to a request that still runs, or that was cut off', 'Look whether it did its work before you send it with a new key.');
      http.getResponse<FastifyReply>().status(kept.status);
      return of(kept.answer);
    }
    try {
      const answer: unknown = await lastValueFrom(next.handle());
      await keepAnswer(db, key, http.getResponse<FastifyReply>().statusCode, JSON.parse(JSON.stringify(answer ?? null)) as Json);
      return of(answer);
    } catch (error) {
      await dropAnswer(db, key);
      throw error;
    }
  }
}

function conflict(what: string, hint: string): AppError {
  return new AppError('idempotency-conflict', `This Idempotency-Key ${what}`, { status: 409, field: 'Idempotency-Key', hint });
}
