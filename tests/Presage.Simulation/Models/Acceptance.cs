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
            bool known = !before.Add((series, timestampMs)) || series.Slots.ContainsKey(timestampMs);
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
    public bool Settle(AppendOutcome outcome, Offer offer, StoreModel model, StorageOptions options)
    {
        long activeFromMs = model.ClockMs - (long)options.IdleMax.TotalMilliseconds;
        int over = outcome.OverSeriesLimit;
        int inactive = offer.Samples.Where((s, i) => s.Series.ActiveMs < activeFromMs && IsWithin(i)).Count();
        Require(outcome.Written + outcome.Rejected == offer.Samples.Count, offer, outcome);
        Require(outcome.TooOld == Count(Verdict.TooOld), offer, outcome);
        Require(outcome.TooFarInFuture == Count(Verdict.TooFar), offer, outcome);
        Require(outcome.OutOfOrder <= Count(Verdict.Old), offer, outcome);
        Require(outcome.Accepted >= Count(Verdict.New) - over, offer, outcome);

        // A limit is for series that begin; those that are active go on.
        Require(over <= inactive, offer, outcome);
        bool someRefused = outcome.OutOfOrder > 0;
        var touched = new List<(SeriesModel Series, long TimestampMs)>();
        for (int i = 0; i < _verdicts.Count; i++)
        {
            var (series, timestampMs, bits) = offer.Samples[i];
            if (IsWithin(i) && (_verdicts[i] != Verdict.Old || outcome.OutOfOrder < Count(Verdict.Old)))
            {
                bool sure = (_verdicts[i] != Verdict.Old || !someRefused) &&
                    (over == 0 || series.ActiveMs >= activeFromMs);
                model.Add(
                    series, timestampMs, bits, sure ? WriteState.Acknowledged : WriteState.Unsure,
                    options.FsyncBeforeAck && sure);
                touched.AddRange(sure ? [(series, timestampMs)] : []);
            }
        }

        touched.ForEach(static t => t.Series.ActiveMs = Math.Max(t.Series.ActiveMs, t.TimestampMs));
        return over > 0 || (someRefused && outcome.OutOfOrder < Count(Verdict.Old));
    }

    /// <summary>The store failed to answer, or failed.</summary>
    public void Fail(Offer offer, StoreModel model, WriteState state)
    {
        for (int i = 0; i < _verdicts.Count; i++)
        {
            if (IsWithin(i))
            {
                var (series, timestampMs, bits) = offer.Samples[i];
                model.Add(series, timestampMs, bits, state, durable: false);
            }
        }
    }

    bool IsWithin(int sample) => _verdicts[sample] is not (Verdict.TooOld or Verdict.TooFar);

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
