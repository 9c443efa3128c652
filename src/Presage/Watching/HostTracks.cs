using Presage.Detection;
using Presage.Metrics.Vitals;
using Presage.Query;

namespace Presage.Watching;

/// <summary>
/// The tracks of one host's vital signs: made as values come, fed, ended where values stay away. Guarded by the gate
/// of the <see cref="HostWatch"/> they belong to; its loop alone may read without it.
/// </summary>
sealed class HostTracks(string host)
{
    /// <summary>More devices or mount points are not watched: a runaway label must not fill memory.</summary>
    const int TracksPerVitalMax = 64;

    /// <summary>A reading without a value for this long is no longer shown: the device is gone.</summary>
    const long GoneAfterMs = 3_600_000;

    readonly Dictionary<string, List<VitalTrack>> _byVital = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<VitalTrack> All => _byVital.Values.SelectMany(static tracks => tracks);

    /// <summary>The anomalies of single vital signs that opened or closed and are not told yet.</summary>
    public List<(VitalTrack Track, Anomaly Anomaly, bool IsOpen)> Changes { get; } = [];

    /// <summary>Whether values are only stored, neither judged nor learned.</summary>
    public bool IsMaintained { get; set; }

    /// <summary>Takes up one that was saved.</summary>
    public void Add(VitalTrack track) => ListOf(track.Vital.Id).Add(track);

    /// <summary>The tracks of one vital sign; none before its first value.</summary>
    public IReadOnlyList<VitalTrack> Of(string vital) => _byVital.GetValueOrDefault(vital) ?? [];

    /// <summary>Takes the answer of a vital sign's query.</summary>
    public void Take(VitalPlan plan, IReadOnlyList<QuerySeries> series, EvaluationSpan span, ReadingsOutput output)
    {
        foreach (var one in series)
        {
            string? per = plan.Vital.Per is null ? null : one.Labels[plan.Vital.Per];
            Take(plan, per, one.TimestampsMs, one.Values, span, output);
        }

        EndAbsent(plan, span, output);
    }

    /// <summary>Takes values of one vital sign and device; those of too many devices are left out.</summary>
    public void Take(
        VitalPlan plan,
        string? per,
        ReadOnlySpan<long> timestampsMs,
        ReadOnlySpan<double> values,
        EvaluationSpan span,
        ReadingsOutput output)
    {
        if (TrackOf(plan, per) is { } track)
        {
            See(track, timestampsMs, values, span.StepMs, output);
            output.Flush(host, track.Vital, track.Per);
        }
    }

    /// <summary>Ends the tracks of a vital sign that had no value.</summary>
    public void EndAbsent(VitalPlan plan, EvaluationSpan span, ReadingsOutput output)
    {
        foreach (var track in Of(plan.Vital.Id))
        {
            if (track.TimeMs < span.LastMs)
            {
                track.End(Math.Max(track.TimeMs + 1, Math.Min(span.LastMs, track.TimeMs + span.StepMs)), output);
                output.Flush(host, track.Vital, track.Per);
            }
        }
    }

    /// <summary>Ends what is stored of all of them: the host has fallen silent.</summary>
    public void EndAll(long atMs, ReadingsOutput output)
    {
        foreach (var track in All)
        {
            track.EndSilent(atMs, output);
            output.Flush(host, track.Vital, track.Per);
        }
    }

    /// <summary>Ends what is unusual: the host is under maintenance.</summary>
    public void Pause()
    {
        foreach (var track in All)
        {
            Note(track, track.Detector.Pause());
        }
    }

    /// <summary>Teaches one the rhythm of the day and the week; what was the rhythm is no anomaly any more.</summary>
    public void Recall(VitalTrack track, IReadOnlyList<long> timesMs, ReadOnlySpan<double> values, bool isAsked) =>
        Note(track, track.Detector.Recall(timesMs, values, isAsked));

    void Note(VitalTrack track, AnomalyChange change)
    {
        if (change == AnomalyChange.Closed)
        {
            Changes.Add((track, track.Detector.Anomaly, false));
        }
    }

    /// <summary>
    /// The readings to show at a time of the data, on every host in the order of the catalogue: what came first is no
    /// order.
    /// </summary>
    public IReadOnlyList<VitalSnapshot> Readings(long nowMs)
    {
        var readings = new List<VitalSnapshot>(_byVital.Count * 2);
        foreach (var vital in VitalCatalogue.Default.Vitals)
        {
            if (!_byVital.TryGetValue(vital.Id, out var tracks))
            {
                continue;
            }

            var shown = tracks.Where(track => track.TimeMs >= nowMs - GoneAfterMs).ToList();
            var headline = vital.Headline ? Headline(shown) : null;
            readings.AddRange(shown
                .OrderBy(static track => track.Per?.Value, StringComparer.Ordinal)
                .Select(track => track.Snapshot(ReferenceEquals(track, headline))));
        }

        return readings;
    }

    /// <summary>
    /// The least probability of the vitals times their number (Bonferroni: the more one looks at, the more one finds).
    /// </summary>
    public double? Score()
    {
        int judged = 0;
        double least = 1;
        foreach (var track in All)
        {
            if (track.IsPresent && !double.IsNaN(track.Reading.Score))
            {
                judged++;
                least = Math.Min(least, 1 - track.Reading.Score);
            }
        }

        return judged == 0 ? null : Rarity.ScoreOf(Math.Min(1, least * judged));
    }

    void See(
        VitalTrack track,
        ReadOnlySpan<long> timestampsMs,
        ReadOnlySpan<double> values,
        long stepMs,
        ReadingsOutput output)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (track.IsPresent && timestampsMs[i] - track.TimeMs > 3 * stepMs)
            {
                track.End(track.TimeMs + stepMs, output);
            }

            if (IsMaintained)
            {
                track.Store(timestampsMs[i], values[i], output);
            }
            else if (track.See(timestampsMs[i], values[i], output, out var change) && change != AnomalyChange.None)
            {
                Changes.Add((track, track.Detector.Anomaly, change == AnomalyChange.Opened));
            }
        }
    }

    VitalTrack? TrackOf(VitalPlan plan, string? per)
    {
        var tracks = ListOf(plan.Vital.Id);
        foreach (var track in tracks)
        {
            if (track.Per?.Value == per)
            {
                return track;
            }
        }

        if (tracks.Count >= TracksPerVitalMax)
        {
            return null;
        }

        var added = new VitalTrack(host, plan.Vital, per, detector: null);
        tracks.Add(added);
        return added;
    }

    List<VitalTrack> ListOf(string vital)
    {
        if (!_byVital.TryGetValue(vital, out var tracks))
        {
            tracks = [];
            _byVital.Add(vital, tracks);
        }

        return tracks;
    }

    /// <summary>
    /// Of several mount points the fullest now, of several devices the one that has been busiest of late.
    /// </summary>
    static VitalTrack? Headline(List<VitalTrack> tracks) => tracks
        .OrderByDescending(static track =>
            track.Vital.Family == "filesystem" ? track.IsPresent ? track.Value : -1 : track.Detector.Level)
        .ThenBy(static track => track.Per?.Value, StringComparer.Ordinal)
        .FirstOrDefault();
}
