using Presage.Detection;
using Presage.Metrics;

namespace Presage.Watching;

/// <summary>
/// A host as it is compared with its twins: what its vital signs were in the last quarter of an hour, what is known of
/// how it differs, and the anomaly that runs. The watcher's loop's alone.
/// </summary>
sealed class PeerHost
{
    /// <summary>Looks kept: a quarter of an hour, one a minute.</summary>
    const int Looks = 15;
    const int LooksMin = 5;

    readonly float[] _looks = new float[PeerSignals.All.Count * Looks];
    readonly float[] _sorted = new float[Looks];
    readonly byte[] _scoreKey;
    readonly byte[] _stateKey;
    readonly SampleColumns _scores = new(capacity: 0);
    readonly SampleColumns _states = new(capacity: 0);
    readonly long?[] _sinceMs = new long?[PeerSignals.All.Count];
    int _at;

    public PeerHost(string name)
    {
        Name = name;
        _scoreKey = LabelSet.OfMetric("presage_host_peer_score", new Label(LabelNames.Host, name)).ToKey();
        _stateKey = LabelSet.OfMetric("presage_host_peer_anomaly", new Label(LabelNames.Host, name)).ToKey();
        Array.Fill(_looks, float.NaN);
    }

    public string Name { get; }

    /// <summary>The group among those found by likeness; -1 without one.</summary>
    public int Likeness { get; set; } = -1;

    /// <summary>What makes its twins; null without any.</summary>
    public PeerGroup? Group { get; set; }

    public PeerRun Run { get; } = new();

    /// <summary>Of each vital sign how far out it is known to be; those that are not are left out.</summary>
    public Dictionary<int, double> Known { get; } = [];

    /// <summary>What this look said of each vital sign.</summary>
    public List<PeerFinding> Findings { get; } = [];

    /// <summary>The share of normal quarter hours at least this odd; null where nothing was compared.</summary>
    public double? Probability { get; set; }

    /// <summary>When it was held back last; 0 when it is not.</summary>
    public long HeldMs { get; set; }

    /// <summary>When it was looked at last.</summary>
    public long SeenMs { get; set; }

    /// <summary>Whether it sends and is not under maintenance.</summary>
    public bool IsPresent { get; set; }

    /// <summary>Notes the present values.</summary>
    public void Note(IReadOnlyList<VitalTrack> tracks)
    {
        _at = (_at + 1) % Looks;
        for (int i = 0; i < PeerSignals.All.Count; i++)
        {
            _looks[(i * Looks) + _at] = float.NaN;
        }

        foreach (var track in tracks)
        {
            if (track.Per is null && track.IsPresent && IndexOf(track.Vital.Id) is >= 0 and int index)
            {
                _looks[(index * Looks) + _at] = (float)track.Value;
                _sinceMs[index] = track.SinceMs;
            }
        }
    }

    /// <summary>Since when a vital sign has been unusual by itself; null when it is not.</summary>
    public long? SinceMs(int signal) => _sinceMs[signal];

    /// <summary>The median of the last quarter of an hour; NaN where too little of it is known.</summary>
    public double Median(int signal)
    {
        int count = 0;
        foreach (float look in _looks.AsSpan(signal * Looks, Looks))
        {
            if (!float.IsNaN(look))
            {
                _sorted[count++] = look;
            }
        }

        Array.Sort(_sorted, 0, count);
        return count < LooksMin ? double.NaN : _sorted[count / 2];
    }

    /// <summary>Puts the present score where <see cref="Flush"/> takes it from.</summary>
    public void Store(long timestampMs)
    {
        if (Probability is { } probability)
        {
            _scores.Add(timestampMs, Rarity.ScoreOf(probability));
            _states.Add(timestampMs, Run.IsOpen ? 1 : 0);
        }
    }

    /// <summary>Moves what is to be stored into a batch.</summary>
    public void Flush(SampleBatch batch)
    {
        batch.Move(_scoreKey, _scores);
        batch.Move(_stateKey, _states);
    }

    static int IndexOf(string vital)
    {
        for (int i = 0; i < PeerSignals.All.Count; i++)
        {
            if (PeerSignals.All[i].Id == vital)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>What one look says of a vital sign of a host.</summary>
readonly record struct PeerFinding(int Signal, double Value, PeerReading Reading, double Probability);

/// <summary>Hosts that are compared with each other.</summary>
sealed record PeerGroup(string Name, bool IsByLabel, IReadOnlyList<string> Hosts);
