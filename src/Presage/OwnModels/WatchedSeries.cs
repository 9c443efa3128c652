using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Metrics;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>A series of a host as one model watches it.</summary>
sealed class WatchedSeries
{
    /// <summary>Binary digits of scores and bands that are stored: they compress far better than all 52.</summary>
    const int StoredBits = 14;

    readonly byte[] _scoreKey;
    readonly byte[] _expectedKey;
    readonly byte[] _lowerKey;
    readonly byte[] _upperKey;

    public WatchedSeries(ModelContract contract, string host, LabelSet labels)
    {
        Host = host;
        Labels = labels;
        Judged = new ModelSeries(contract);
        Name = NameOf(labels);
        Key = $"{AnomalyLog.ModelPrefix}{contract.Name} {labels}";
        var own = labels.Without(LabelNames.MetricName).With(LabelNames.Host, host).With("model", contract.Name);
        own = labels.MetricName.Length > 0 ? own.With("metric", labels.MetricName) : own;
        _scoreKey = KeyOf(own, "presage_model_score");
        _expectedKey = KeyOf(own, "presage_model_expected");
        _lowerKey = KeyOf(own, "presage_model_lower");
        _upperKey = KeyOf(own, "presage_model_upper");
    }

    public string Host { get; }

    /// <summary>As the model's query gives it.</summary>
    public LabelSet Labels { get; }

    /// <summary>In words, without what tells the host.</summary>
    public string Name { get; }

    /// <summary>What its anomalies are listed under.</summary>
    public string Key { get; }

    public ModelSeries Judged { get; }

    /// <summary>The newest reading.</summary>
    public ModelReading Reading { get; set; }

    /// <summary>Its time; long.MinValue before the first.</summary>
    public long ReadingMs { get; set; } = long.MinValue;

    /// <summary>The number of the part of history it was last seen in.</summary>
    public long SeenIn { get; set; }

    /// <summary>
    /// The anomaly as it is listed: its score as of looks of ten seconds, like all others; of a model that gives scores
    /// with the score in place of the value, for its usual range is what is known.
    /// </summary>
    public Anomaly Told(ModelContract contract)
    {
        var anomaly = Judged.Anomaly;
        double perLook = (1 - anomaly.PeakScore) * Rarity.LookSeconds / contract.Step.TotalSeconds;
        anomaly = anomaly with { PeakScore = Rarity.ScoreOf(perLook) };
        if (contract.Output != ModelOutput.Score)
        {
            return anomaly;
        }

        double level = ModelSentence.Shown(contract, Judged.LevelRaw);
        double usual = ModelSentence.Shown(contract, Judged.UsualRaw);
        return anomaly with
        {
            PeakValue = ModelSentence.Shown(contract, Judged.PeakRaw),
            Lower = Math.Min(level, usual),
            Upper = Math.Max(level, usual),
            IsAbove = contract.Odd == OddEnd.High,
        };
    }

    /// <summary>Puts what is to be stored of a reading into a batch.</summary>
    public void Store(SampleBatch batch, long timestampMs)
    {
        Add(_scoreKey, Reading.Score);
        Add(_expectedKey, Reading.Expected);
        Add(_lowerKey, Reading.Lower);
        Add(_upperKey, Reading.Upper);

        void Add(byte[] key, double value)
        {
            if (double.IsFinite(value))
            {
                batch.AddSeries(key);
                batch.AddSample(timestampMs, Rounded(value));
            }
        }
    }

    static byte[] KeyOf(LabelSet labels, string metric) => labels.With(LabelNames.MetricName, metric).ToKey();

    static string NameOf(LabelSet labels)
    {
        var told = labels.Without(LabelNames.Host, LabelNames.Instance, "job");
        return told.Count == 0 ? "the query's value" : told.ToString();
    }

    static double Rounded(double value)
    {
        const long Half = 1L << (51 - StoredBits);
        double rounded = BitConverter.Int64BitsToDouble(
            (BitConverter.DoubleToInt64Bits(value) + Half) & ~((Half << 1) - 1)
        );
        return double.IsFinite(rounded) ? rounded : value;
    }
}
