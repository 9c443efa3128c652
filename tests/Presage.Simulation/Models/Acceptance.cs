using Presage.Metrics;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>What the store should answer to an offer, and what the model makes of the answer.</summary>
sealed class Acceptance
{
    readonly List<Verdict> _verdicts = [];

    enum Verdict
    {
        /// <summary>Never offered before: it must be stored.</summary>
        New,

        /// <summary>Offered before in some way: stored, or met what is.</summary>
        Known,

        /// <summary>
        /// Older than the window: refused, unless the store has forgotten newer samples of the series.
        /// </summary>
        Old,

        TooOld,
        TooFar,
    }

    /// <summary>Judges an offer by the model.</summary>
    public static Acceptance Expect(Offer offer, long nowMs, StorageOptions options)
    {
        var expected = new Acceptance();
        var before = new HashSet<(SeriesModel, long)>();
        foreach (var (series, timestampMs, _) in offer.Samples)
        {
            bool known = !before.Add((series, timestampMs)) || series.Slots.ContainsKey(timestampMs) ||
                series.IsSwallowed(timestampMs);
            expected._verdicts.Add(
                timestampMs < nowMs - (long)options.PastMax.TotalMilliseconds ? Verdict.TooOld
                : timestampMs > nowMs + (long)options.FutureMax.TotalMilliseconds ? Verdict.TooFar
                : timestampMs < nowMs - (long)options.OutOfOrderWindow.TotalMilliseconds &&
                    timestampMs <= series.NewestMs ? Verdict.Old
                : known ? Verdict.Known : Verdict.New);
        }

        return expected;
    }

    /// <summary>The store answered; true where it cannot be told which samples it refused.</summary>
    public bool Settle(AppendOutcome outcome, Offer offer, StoreModel model, bool durable)
    {
        Require(outcome.Written + outcome.Rejected == offer.Samples.Count, offer, outcome);
        Require(outcome.TooOld == Count(Verdict.TooOld), offer, outcome);
        Require(outcome.TooFarInFuture == Count(Verdict.TooFar), offer, outcome);
        Require(outcome.OutOfOrder <= Count(Verdict.Old), offer, outcome);
        Require(outcome.Accepted >= Count(Verdict.New), offer, outcome);
        bool someRefused = outcome.OutOfOrder > 0;
        for (int i = 0; i < _verdicts.Count; i++)
        {
            var (series, timestampMs, bits) = offer.Samples[i];
            if (_verdicts[i] is not (Verdict.TooOld or Verdict.TooFar) &&
                (_verdicts[i] != Verdict.Old || outcome.OutOfOrder < Count(Verdict.Old)))
            {
                bool sure = (_verdicts[i] != Verdict.Old || !someRefused) && !series.IsSwallowed(timestampMs);
                model.Add(
                    series, timestampMs, bits, sure ? WriteState.Acknowledged : WriteState.Unsure, durable && sure);
            }
        }

        return someRefused && outcome.OutOfOrder < Count(Verdict.Old);
    }

    /// <summary>The store failed to answer, or failed.</summary>
    public void Fail(Offer offer, StoreModel model, WriteState state)
    {
        for (int i = 0; i < _verdicts.Count; i++)
        {
            if (_verdicts[i] is not (Verdict.TooOld or Verdict.TooFar))
            {
                var (series, timestampMs, bits) = offer.Samples[i];
                model.Add(series, timestampMs, bits, state, durable: false);
            }
        }
    }

    int Count(Verdict verdict) => _verdicts.Count(v => v == verdict);

    void Require(bool holds, Offer offer, AppendOutcome outcome)
    {
        if (!holds)
        {
            throw new SimulationFailedException(
                $"Offered {offer}: new {Count(Verdict.New)}, known {Count(Verdict.Known)}, old {Count(Verdict.Old)}, " +
                $"too old {Count(Verdict.TooOld)}, too far {Count(Verdict.TooFar)}; the store says {outcome}.");
        }
    }
}
