import { Injectable } from '@nestjs/common';

/** Is this process about to end? Then it is not ready, though it still answers. */
@Injectable()
export class Drain {
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  begin(): void {
    this.#begun = true;
  }
}
