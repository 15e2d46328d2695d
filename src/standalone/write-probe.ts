import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { machineTime } from '../clock.js';
import { wasFoundFullSince } from '../database-answer.js';
import type { SessionRow } from '../sessions/refresh-token.entity.js';
import { SessionTable } from '../sessions/session-table.js';

/** For so long is not asked again whether there is room. */
const PROVEN_FOR_MS = 10_000;

/** Room for one session is there as long as a page has some; for as many as these a file has to have it. */
const ROWS_WHEN_IN_DOUBT = 50;

/** Has the database write, to know whether it does. */
@Injectable()
export class WriteProbe {
  private provenAtMs = Number.NEGATIVE_INFINITY;
  private asked: Promise<void> | null = null;

  constructor(private readonly table: SessionTable) {}

  /**
   * Whoever asks while it is asked gets the same answer.
   *
   * @throws UnavailableError when the database does not write
   */
  write(): Promise<void> {
    this.asked ??= this.ask().finally(() => {
      this.asked = null;
    });
    return this.asked;
  }

  private async ask(): Promise<void> {
    const nowMs = machineTime.monotonicMs();
    const isInDoubt = wasFoundFullSince(this.provenAtMs);
    if (!isInDoubt && nowMs - this.provenAtMs < PROVEN_FOR_MS) return this.writeNothing();
    await this.writeSessions(isInDoubt ? ROWS_WHEN_IN_DOUBT : 1);
    this.provenAtMs = nowMs;
  }

  /** Enough for a database that has become read-only, or whose table is locked or gone. */
  private async writeNothing(): Promise<void> {
    const { entity } = this.table;
    const nothing = { revokedReason: null };
    await this.table.run(({ manager }) => manager.update(entity, { id: '' }, nothing));
  }

  /** Sessions that nobody ever sees: they are gone before the transaction ends. */
  private async writeSessions(count: number): Promise<void> {
    const { entity } = this.table;
    const sessions = Array.from({ length: count }, largestSession);
    const ids = sessions.map(({ id }) => id);
    await this.table.transaction(async (manager) => {
      await manager.insert(entity, sessions);
      await manager.delete(entity, ids);
    });
  }
}

/** As many characters as a row has room for. */
function largestSession(): SessionRow {
  return {
    id: uuidV7(),
    userId: 'u'.repeat(255),
    tokenHash: 'h'.repeat(43),
    generation: 0,
    parentGeneration: 0,
    sealedSuccessor: 's'.repeat(255),
    withdrawnGenerations: '0'.repeat(255),
    jkt: 'k'.repeat(43),
    createdAtMs: 0,
    rotatedAtMs: 0,
    confirmedAtMs: 0,
    expiresAtMs: 0,
    absoluteExpiresAtMs: 0,
    revokedAtMs: 0,
    revokedReason: 'r'.repeat(64),
    ip: 'i'.repeat(45),
    userAgent: 'a'.repeat(255),
    deviceName: 'd'.repeat(128),
  };
}
