import type { Meter } from '@opentelemetry/api';
import type { ExpiredSessionSweeper } from '../sessions/expired-session-sweeper.js';
import type { RevocationList } from '../sessions/revocation-list.js';

/** Registers what is read when somebody collects. @returns what ends it */
export function observe(
  meter: Meter,
  revocations: RevocationList,
  sweeper: ExpiredSessionSweeper,
): () => void {
  const age = meter.createObservableGauge('baton.revocation_feed.age', {
    description: 'Time since the last look at what other instances have revoked',
    unit: 's',
  });
  const size = meter.createObservableGauge('baton.revocation_list.size', {
    description: 'Revoked sessions that access tokens may still be about of',
  });
  const purged = meter.createObservableCounter('baton.purged', {
    description: 'Sessions that were deleted because nothing can be asked about them any more',
  });
  return observeTogether(meter, [age, size, purged], (result) => {
    const { ageMs } = revocations;
    if (ageMs !== null) result.observe(age, ageMs / 1000);
    result.observe(size, revocations.size);
    result.observe(purged, sweeper.deletedSoFar);
  });
}

function observeTogether(
  meter: Meter,
  instruments: Parameters<Meter['addBatchObservableCallback']>[1],
  look: Parameters<Meter['addBatchObservableCallback']>[0],
): () => void {
  meter.addBatchObservableCallback(look, instruments);
  return () => meter.removeBatchObservableCallback(look, instruments);
}
