using System.Collections.Concurrent;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>What was received since the start, and what was refused and why. Thread-safe.</summary>
sealed class IngestCounters
{
    readonly ConcurrentDictionary<string, long> _rejectedSamples = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, long> _refusedRequests = new(StringComparer.Ordinal);
    long _requests;
    long _accepted;
    long _duplicates;

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Samples stored.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Samples that were stored before and came again; not stored twice.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Samples refused, by reason. The reasons are a fixed set.</summary>
    public IReadOnlyDictionary<string, long> RejectedSamples => _rejectedSamples;

    /// <summary>Requests refused as a whole, by reason. The reasons are a fixed set.</summary>
    public IReadOnlyDictionary<string, long> RefusedRequests => _refusedRequests;

    public void Request() => Interlocked.Increment(ref _requests);

    public void RefusedRequest(string reason) => Add(_refusedRequests, reason, 1);

    public void Decoded(RemoteWriteSummary summary)
    {
        if (summary.SeriesRejected == 0)
        {
            return;
        }

        foreach (var reason in Enum.GetValues<SeriesRejection>())
        {
            Add(_rejectedSamples, Words(reason.ToString()) + "_series", summary.RejectedFor(reason));
        }

        Add(_rejectedSamples, "invalid_labels", summary.SamplesRejected);
    }

    public void Appended(AppendOutcome outcome)
    {
        Interlocked.Add(ref _accepted, outcome.Accepted);
        Interlocked.Add(ref _duplicates, outcome.Duplicate);
        if (outcome.Rejected == 0)
        {
            return;
        }

        Add(_rejectedSamples, "out_of_order", outcome.OutOfOrder);
        Add(_rejectedSamples, "too_old", outcome.TooOld);
        Add(_rejectedSamples, "too_far_in_future", outcome.TooFarInFuture);
        Add(_rejectedSamples, "over_series_limit", outcome.OverSeriesLimit);
        Add(_rejectedSamples, "labels_too_long", outcome.LabelsTooLong);
    }

    /// <summary>Samples of the server's own machine that could not be stored.</summary>
    public void LostLocally(int samples) => Add(_rejectedSamples, "not_writable", samples);

    static void Add(ConcurrentDictionary<string, long> counters, string reason, long count)
    {
        if (count > 0)
        {
            counters.AddOrUpdate(reason, count, (_, before) => before + count);
        }
    }

    /// <summary><c>DuplicateLabel</c> becomes <c>duplicate_label</c>.</summary>
    static string Words(string name) => string.Concat(name.Select(static (c, i) =>
        char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
