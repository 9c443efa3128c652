namespace Presage.Detection;

/// <summary>
/// Turns judged values into anomalies: opens after <see cref="OpenSecondsMin"/> of values at or below
/// <see cref="OpenProbability"/> (at least two; a calmer value takes back twice its time), closes after
/// <see cref="CloseSecondsMin"/> of values above <see cref="CloseProbability"/>. A run is closed by the time scale that
/// opened it, for the longer means lag behind; means of a minute also count as calm when the values themselves are
/// ordinary.
/// </summary>
struct OddRun
{
    /// <summary>Opens an anomaly: once in 116 days for one signal, were the tail known exactly.</summary>
    public const double OpenProbability = 1e-6;

    /// <summary>The same on a signal's first day.</summary>
    public const double OpenProbabilityAtFirst = 1e-5;

    public const double CloseProbability = 1e-3;
    const double OpenSecondsMin = 10;
    const double CloseSecondsMin = 60;

    /// <summary>Values this ordinary close a run whatever the means still say.</summary>
    const double OrdinaryProbability = 0.05;

    double _hotSeconds;
    double _calmSeconds;
    int _hotLooks;
    int _calmLooks;
    long _hotSinceMs;
    OddScale _opener;
    Anomaly _candidate;

    public bool IsOpen { get; private set; }

    public Anomaly Anomaly { get; private set; }

    /// <summary>How long the anomaly has run, or ran.</summary>
    public double OpenSeconds { get; private set; }

    /// <summary>The residual farthest from usual, in practical floors.</summary>
    public double PeakResidual { get; private set; }

    public AnomalyChange See(in OddLook look, double openProbability) =>
        IsOpen ? Watch(look) : Suspect(look, openProbability);

    /// <summary>Ends the anomaly, if one runs, with its last unusual value.</summary>
    public AnomalyChange Close()
    {
        _hotSeconds = 0;
        _hotLooks = 0;
        if (!IsOpen)
        {
            return AnomalyChange.None;
        }

        IsOpen = false;
        return AnomalyChange.Closed;
    }

    public readonly void Save(in StateWriter writer)
    {
        writer.Byte((byte)(IsOpen ? 1 : 0));
        writer.Byte((byte)_opener);
        writer.Double(_hotSeconds);
        writer.Double(_calmSeconds);
        writer.Long(_hotLooks);
        writer.Long(_calmLooks);
        writer.Long(_hotSinceMs);
        writer.Double(OpenSeconds);
        writer.Double(PeakResidual);
        Save(writer, _candidate);
        Save(writer, Anomaly);
    }

    public bool Restore(ref StateReader reader)
    {
        byte isOpen = reader.Byte();
        IsOpen = isOpen == 1;
        _opener = (OddScale)reader.Byte();
        _hotSeconds = reader.Double();
        _calmSeconds = reader.Double();
        _hotLooks = (int)reader.Long();
        _calmLooks = (int)reader.Long();
        _hotSinceMs = reader.Long();
        OpenSeconds = reader.Double();
        PeakResidual = reader.Double();
        _candidate = Restore(ref reader, out bool candidateIsSane);
        Anomaly = Restore(ref reader, out bool anomalyIsSane);
        return isOpen < 2 && _opener <= OddScale.Slow && candidateIsSane &&
            anomalyIsSane && double.IsFinite(PeakResidual) &&
            _hotSeconds is >= 0 and < 1e9 && _calmSeconds is >= 0 and < 1e9 && OpenSeconds is >= 0 and < 1e12;
    }

    AnomalyChange Suspect(in OddLook look, double openProbability)
    {
        if (look.Probability > openProbability)
        {
            _hotSeconds = Math.Max(0, _hotSeconds - (2 * look.Seconds));
            _hotLooks = _hotSeconds == 0 ? 0 : _hotLooks;
            return AnomalyChange.None;
        }

        if (_hotLooks == 0)
        {
            _hotSinceMs = look.TimestampMs;
            _candidate = default;
            PeakResidual = 0;
        }

        _hotLooks++;
        _hotSeconds += look.Seconds;
        _candidate = Extend(_candidate, look);
        if (_hotSeconds < OpenSecondsMin || _hotLooks < 2)
        {
            return AnomalyChange.None;
        }

        IsOpen = true;
        OpenSeconds = (look.TimestampMs - _hotSinceMs) / 1000.0;
        _opener = look.Scale;
        Anomaly = _candidate with { IsSlow = look.Scale == OddScale.Slow };
        _hotSeconds = _calmSeconds = 0;
        _hotLooks = _calmLooks = 0;
        return AnomalyChange.Opened;
    }

    AnomalyChange Watch(in OddLook look)
    {
        OpenSeconds += look.Seconds;
        double probability = _opener switch
        {
            OddScale.Value => look.ValueProbability,
            OddScale.Minute when look.ValueProbability > OrdinaryProbability => 1,
            OddScale.Minute => look.MinuteProbability,
            _ => look.SlowProbability,
        };
        if (probability <= CloseProbability)
        {
            _calmSeconds = 0;
            _calmLooks = 0;
            Anomaly = Extend(Anomaly, look);
            return AnomalyChange.None;
        }

        _calmSeconds += look.Seconds;
        _calmLooks++;
        return _calmSeconds >= CloseSecondsMin && _calmLooks >= 2 ? Close() : AnomalyChange.None;
    }

    Anomaly Extend(in Anomaly anomaly, in OddLook look)
    {
        bool isFirst = anomaly.StartMs == 0 && anomaly.EndMs == 0;
        bool isPeak = isFirst || Math.Abs(look.Residual) > Math.Abs(PeakResidual);
        if (isPeak)
        {
            PeakResidual = look.Residual;
        }

        return new Anomaly
        {
            StartMs = isFirst ? look.TimestampMs : anomaly.StartMs,
            EndMs = look.TimestampMs,
            PeakMs = isPeak ? look.TimestampMs : anomaly.PeakMs,
            PeakValue = isPeak ? look.Value : anomaly.PeakValue,
            PeakScore = Math.Max(anomaly.PeakScore, Rarity.ScoreOf(look.Probability)),
            Lower = isFirst ? look.Lower : anomaly.Lower,
            Upper = isFirst ? look.Upper : anomaly.Upper,
            IsAbove = isPeak ? look.Residual > 0 : anomaly.IsAbove,
            IsSlow = anomaly.IsSlow,
        };
    }

    static void Save(in StateWriter writer, in Anomaly anomaly)
    {
        writer.Long(anomaly.StartMs);
        writer.Long(anomaly.EndMs);
        writer.Long(anomaly.PeakMs);
        writer.Double(anomaly.PeakValue);
        writer.Double(anomaly.PeakScore);
        writer.Double(anomaly.Lower);
        writer.Double(anomaly.Upper);
        writer.Byte((byte)((anomaly.IsAbove ? 1 : 0) | (anomaly.IsSlow ? 2 : 0)));
    }

    static Anomaly Restore(ref StateReader reader, out bool isSane)
    {
        var anomaly = new Anomaly
        {
            StartMs = reader.Long(),
            EndMs = reader.Long(),
            PeakMs = reader.Long(),
            PeakValue = reader.Double(),
            PeakScore = reader.Double(),
            Lower = reader.Double(),
            Upper = reader.Double(),
        };
        byte flags = reader.Byte();
        isSane = flags < 4 && double.IsFinite(anomaly.PeakValue) && anomaly.PeakScore is >= 0 and <= 1 &&
            double.IsFinite(anomaly.Lower) && double.IsFinite(anomaly.Upper);
        return anomaly with { IsAbove = (flags & 1) != 0, IsSlow = (flags & 2) != 0 };
    }
}
