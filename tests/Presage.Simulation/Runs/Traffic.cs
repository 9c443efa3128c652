using Presage.Metrics;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>What senders and readers do: batches of every kind, questions about what is stored.</summary>
sealed class Traffic(
    SimulatedProcess process,
    StoreModel model,
    StoreComparison comparison,
    StorageOptions options,
    Action<string>? trace
)
{
    readonly Workload _workload = new(model);

    public void AppendNow(Generator random)
    {
        var offer = new Offer();
        int shape = random.Below(8);
        int count = random.Skewed(20);
        for (int i = 0; i < count; i++)
        {
            var series = _workload.Any(random);
            long timestampMs = process.NowMs - (random.Chance(0.5) ? process.NowMs % 1000 : 0);
            if (timestampMs > series.NewestMs && !offer.Samples.Any(s => s.Series == series))
            {
                offer.Add(series, timestampMs, Workload.Value(series, shape, random));
            }
        }

        Append(offer);
    }

    public void AppendBurst(Generator random)
    {
        var offer = new Offer();
        var series = _workload.Any(random);
        int shape = random.Below(8);
        int count = random.Skewed(600);
        int stepMs = random.Pick([1, 1000, 10_000, 15_000]);
        int jitterMs = random.Chance(0.3) ? random.Below(Math.Max(stepMs / 2, 1)) : 0;
        long fromMs = Math.Max(series.NewestMs + 1, process.NowMs - (long)options.PastMax.TotalMilliseconds);
        for (int i = 0; i < count; i++)
        {
            long timestampMs = fromMs + ((long)i * stepMs) + (jitterMs > 0 ? random.Below(jitterMs + 1) : 0);
            if (
                timestampMs <= process.NowMs + (long)options.FutureMax.TotalMilliseconds
                && timestampMs > series.NewestMs
            )
            {
                offer.Add(series, timestampMs, Workload.Value(series, shape, random));
            }
        }

        Append(offer);
    }

    public void AppendNew(Generator random)
    {
        var offer = new Offer();
        for (int i = random.Skewed(30); i > 0; i--)
        {
            var series = _workload.New(random);
            if (process.NowMs > series.NewestMs && !offer.Samples.Any(s => s.Series == series))
            {
                offer.Add(series, process.NowMs, Workload.Value(series, random.Below(8), random));
            }
        }

        Append(offer);
    }

    public void AppendLate(Generator random)
    {
        var series = _workload.Any(random);
        long pastMs = (long)options.PastMax.TotalMilliseconds;
        var offer = new Offer();
        int shape = random.Below(8);
        for (int i = random.Skewed(80); i > 0; i--)
        {
            offer.Add(series, process.NowMs - random.Between(0, pastMs), Workload.Value(series, shape, random));
            series = random.Chance(0.1) ? _workload.Any(random) : series;
        }

        Append(offer);
    }

    public void Repeat(Generator random, bool conflicting)
    {
        var series = _workload.Any(random);
        if (series.Times.Count == 0)
        {
            return;
        }

        int from = Math.Max(series.Times.Count - random.Skewed(50), 0);
        int to = Math.Min(from + random.Skewed(20), series.Times.Count);
        var offer = new Offer();
        for (int i = from; i < to; i++)
        {
            if (!series.Slots.TryGetValue(series.Times[i], out var slot))
            {
                continue;
            }

            if (slot.Writes.Count > 0)
            {
                long bits = random.Pick(slot.Writes).Bits;
                offer.Add(
                    series,
                    series.Times[i],
                    conflicting ? Workload.Other(bits, random) : BitConverter.Int64BitsToDouble(bits)
                );
            }
        }

        Append(offer);
    }

    public void AppendOutOfBounds(Generator random)
    {
        var offer = new Offer();
        long beyondMs = random.Between(1, 100_000_000);
        offer.Add(
            _workload.Any(random),
            random.Chance(0.5)
                ? process.NowMs - (long)options.PastMax.TotalMilliseconds - beyondMs
                : process.NowMs + (long)options.FutureMax.TotalMilliseconds + beyondMs,
            1
        );
        Append(offer);
    }

    void Append(Offer offer)
    {
        if (offer.Samples.Count == 0)
        {
            return;
        }

        trace?.Invoke($"  {offer}");
        var expected = Acceptance.Expect(offer, process.NowMs, options);
        Task<AppendOutcome>? append = null;
        try
        {
            append = process.Store.AppendAsync(offer.ToBatch(), CancellationToken.None).AsTask();
            process.Await(append);
            var outcome = append.Result;
            trace?.Invoke($"    {outcome}");
            if (expected.Settle(outcome, offer, model, options))
            {
                foreach (var series in offer.Samples.Select(static s => s.Series).Distinct())
                {
                    comparison.Pin(process.Store, series);
                }
            }
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or SimulatedCrashException)
        {
            // With fsync before the answer the samples are in memory already, only the answer is an error.
            trace?.Invoke($"    fails: {SimulatedProcess.Unwrap(e).Message}");
            bool crashed = SimulatedProcess.Unwrap(e) is SimulatedCrashException;
            expected.Fail(offer, model, crashed || options.FsyncBeforeAck ? WriteState.Unsure : WriteState.Latent);
            if (crashed)
            {
                throw new SimulatedCrashException();
            }

            process.RequireFault(SimulatedProcess.Unwrap(e));
        }
    }

    public void Query(Generator random)
    {
        long fromMs = process.NowMs - random.Between(-1_000_000, 10_000_000);
        var range = random.Chance(0.3)
            ? StoreComparison.Always
            : new TimeRange(fromMs, fromMs + random.Skewed(10_000_000));
        string? host = random.Chance(0.3) ? $"host{random.Below(5)}" : null;
        var matchers = _workload.Matchers(random);
        trace?.Invoke($"  {string.Join<LabelMatcher>(", ", matchers)} of {host ?? "all"} in {range}");
        comparison.Query(host is null ? process.Store : process.Store.ForHost(host), matchers, range, host);
    }

    /// <summary>Deletes some series' samples of some time.</summary>
    public void Delete(Generator random)
    {
        var matchers = _workload.Matchers(random);
        long toMs = process.NowMs - random.Skewed(10_000_000);
        var range = random.Chance(0.2)
            ? StoreComparison.Always : new TimeRange(toMs - random.Skewed(50_000_000), toMs);
        if (matchers.Length == 0)
        {
            return;
        }

        trace?.Invoke($"  {string.Join<LabelMatcher>(", ", matchers)} in {range}");
        var until = range with { ToMs = Math.Min(range.ToMs, process.NowMs) };
        try
        {
            process.Await(process.Store.DeleteAsync([matchers], range, CancellationToken.None));
            model.Delete(matchers, until, sure: true);
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or SimulatedCrashException)
        {
            trace?.Invoke($"    fails: {SimulatedProcess.Unwrap(e).Message}");
            model.Delete(matchers, until, sure: false);
            if (SimulatedProcess.Unwrap(e) is SimulatedCrashException)
            {
                throw new SimulatedCrashException();
            }

            process.RequireFault(SimulatedProcess.Unwrap(e));
        }
    }

    /// <summary>Imports history.</summary>
    public void Backfill(Generator random)
    {
        var offer = new Offer();
        long fromMs = process.NowMs - random.Between(0, (long)options.Retention.TotalMilliseconds);
        for (int i = random.Skewed(300); i > 0; i--)
        {
            var series = _workload.Any(random);
            long timestampMs = fromMs + random.Skewed(200_000_000);
            if (timestampMs <= process.NowMs)
            {
                offer.Add(series, timestampMs, Workload.Value(series, random.Below(8), random));
            }
        }

        if (offer.Samples.Count == 0)
        {
            return;
        }

        trace?.Invoke($"  {offer}");
        var backfill = process.Store.BeginBackfill();
        try
        {
            bool shows = random.Chance(0.9);
            foreach (var (series, timestampMs, bits) in offer.Samples)
            {
                var one = new Offer();
                one.Add(series, timestampMs, BitConverter.Int64BitsToDouble(bits));
                Require(backfill.Append(one.ToBatch()).Accepted == 1, "A backfill refuses a sample.");
            }

            if (shows)
            {
                process.Await(backfill.CompleteAsync(CancellationToken.None));
                AddAll(offer, WriteState.Acknowledged);
            }
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or SimulatedCrashException)
        {
            trace?.Invoke($"    fails: {SimulatedProcess.Unwrap(e).Message}");
            AddAll(offer, WriteState.Unsure);
            if (SimulatedProcess.Unwrap(e) is SimulatedCrashException)
            {
                throw new SimulatedCrashException();
            }

            process.RequireFault(SimulatedProcess.Unwrap(e));
        }

        process.Await(backfill.DisposeAsync().AsTask());
    }

    void AddAll(Offer offer, WriteState state)
    {
        foreach (var (series, timestampMs, bits) in offer.Samples)
        {
            model.Add(series, timestampMs, bits, state, durable: true);
        }

        model.Fade(process.NowMs - (long)options.Retention.TotalMilliseconds);
    }

    static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise);
        }
    }

    public LabelMatcher[] Matchers(Generator random) => _workload.Matchers(random);

    public void Labels(Generator random) => comparison.Labels(process.Store, _workload.Matchers(random));
}
