using System.Text;
using Presage.Detection;
using Presage.Metrics;

namespace Presage.Watching;

/// <summary>A series that is odd now. Written by the watcher's loop; its numbers may be read at any time.</summary>
sealed class OddSeries
{
    /// <summary>The score is stored when its rarity moves by half a decade, else this often.</summary>
    const long StoreEveryMs = 60_000;

    readonly SampleColumns _scores = new(capacity: 0);
    readonly byte[] _key;
    readonly (double Lower, double Upper)? _expected;
    long _storedMs = long.MinValue;
    double _scoreStored;
    bool _isRangeKnown;

    /// <param name="expected">The range expected at this time, where that is what is odd.</param>
    public OddSeries(LabelSet labels, long sinceMs, (double Lower, double Upper)? expected)
    {
        Labels = labels;
        _expected = expected;
        Host = Encoding.UTF8.GetString(SeriesKey.HostOf(labels.ToKey()));
        SinceMs = sinceMs;
        _key = labels.With("metric", labels.MetricName).With(LabelNames.Host, Host)
            .With(LabelNames.MetricName, "presage_anomaly_score").ToKey();
    }

    /// <summary>The series' own labels, its name included.</summary>
    public LabelSet Labels { get; }

    public string Host { get; }

    /// <summary>Data time since when.</summary>
    public long SinceMs { get; }

    public SeriesOddity Oddity { get; private set; }

    /// <summary>The highest score since.</summary>
    public double Score { get; private set; }

    /// <summary>
    /// The newest value, of a counter its rate per second; where the mean of five minutes is what is odd, that.
    /// </summary>
    public double Value { get; private set; }

    public double Lower { get; private set; }

    public double Upper { get; private set; }

    public bool IsRate { get; private set; }

    /// <summary>The turn it was last seen odd.</summary>
    public int Turn { get; private set; }

    long NowMs { get; set; }

    public void See(in SeriesTrace trace, long nowMs, int turn)
    {
        Turn = turn;
        NowMs = nowMs;
        Score = Math.Max(Score, trace.Score);
        Oddity = trace.Oddity;
        Value = trace.Oddity is SeriesOddity.Shift or SeriesOddity.WrongTime ? trace.Mean : trace.Value;
        IsRate = trace.IsCounter;
        if (!_isRangeKnown)
        {
            // As it was before; later what is odd now begins to be usual.
            _isRangeKnown = true;
            bool isPositive = IsRate || trace.Level >= 0;
            double lower = _expected?.Lower ?? (trace.Level - trace.Reach);
            Lower = Math.Max(isPositive ? 0 : double.MinValue, lower);
            Upper = _expected?.Upper ?? (trace.Level + trace.Reach);
        }

        double moved = Math.Abs(Math.Log10((1 - trace.Score) / Math.Max(1 - _scoreStored, 1e-12)));
        if (nowMs > _storedMs && (nowMs - _storedMs >= StoreEveryMs || moved > 0.5))
        {
            _scores.Add(nowMs, trace.Score);
            _storedMs = nowMs;
            _scoreStored = trace.Score;
        }
    }

    /// <summary>Ends the stored series.</summary>
    public void End() => _scores.Add(Math.Max(NowMs, _storedMs) + 1, SampleValue.StaleMarker);

    /// <summary>Moves what is to be stored into a batch.</summary>
    public void Flush(SampleBatch batch) => batch.Move(_key, _scores);
}
