namespace Presage.Detection.OwnModels;

/// <summary>
/// One series in the eyes of one model: <see cref="Offer"/> takes a value in and makes the window to ask the model
/// about, <see cref="Judge"/> takes its answer. Answers of several steps may be asked for at once: windows do not
/// depend on answers. The same code runs live, on stored history and on files.
/// </summary>
public sealed class ModelSeries
{
    /// <summary>What has been odd for so long is usual.</summary>
    const double AcceptSeconds = 4 * 3_600;

    /// <summary>Calm that ends an anomaly, and steps of it at least.</summary>
    const double CalmSeconds = 300;
    const int CalmSteps = 3;

    /// <summary>While an anomaly runs, this much of what opens one keeps it open.</summary>
    const double StillOdd = 100;

    /// <summary>Anomalies alike within this time: the third is told no more.</summary>
    const double RepeatSeconds = 14 * 86_400;
    const double AlikeBy = 1.5;

    const double AnswerMax = 1e30;

    readonly ModelContract _contract;
    readonly ModelWindow _window;
    readonly ModelTail _tail;
    readonly double _stepSeconds;
    (long EndMs, double Stray) _last;
    (long EndMs, double Stray) _lastButOne;
    Anomaly _anomaly;
    double _peakStray;

    public ModelSeries(ModelContract contract)
    {
        _contract = contract;
        _stepSeconds = contract.Step.TotalSeconds;
        _window = new ModelWindow(contract);
        _tail = new ModelTail(_stepSeconds, contract.Output == ModelOutput.Forecast);
    }

    /// <summary>Whether an anomaly runs.</summary>
    public bool IsOdd { get; private set; }

    /// <summary>The one that runs, or the last one.</summary>
    public Anomaly Anomaly => _anomaly;

    /// <summary>The raw answer at the peak of the anomaly.</summary>
    public double PeakRaw { get; private set; }

    /// <summary>What it was usually at most when the anomaly began.</summary>
    public double UsualRaw { get; private set; }

    /// <summary>What it was usually about.</summary>
    public double LevelRaw { get; private set; }

    /// <summary>Whether there has been enough to judge by.</summary>
    public bool IsReady => _tail.IsReady;

    /// <summary>
    /// Takes the value of the next step in (NaN where there is none) and writes the window to ask about; null when
    /// there is nothing to ask, else what <see cref="Judge"/> needs with the answer.
    /// </summary>
    public ModelQuestion? Offer(long timestampMs, double value, Span<float> row)
    {
        bool isForecast = _contract.Output == ModelOutput.Forecast;
        if (!isForecast)
        {
            _window.Add(value);
        }

        bool isAsked = double.IsFinite(value) && _window.Write(row);
        if (isForecast)
        {
            _window.Add(value);
        }

        return isAsked ? new ModelQuestion(timestampMs, value, _window.Offset, _window.Factor) : null;
    }

    /// <summary>Forgets the values so far: time has passed that nobody saw.</summary>
    public void Interrupt() => _window.Clear();

    /// <summary>Takes the model's answer to a question; answers come in the order of the questions.</summary>
    public ModelReading Judge(in ModelQuestion question, ReadOnlySpan<float> row, ReadOnlySpan<float> answer)
    {
        if (!Read(question, row, answer, out double raw, out double expected))
        {
            return new ModelReading(
                question.Value, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN,
                AnomalyChange.None);
        }

        bool isReady = _tail.IsReady;
        double stray = _tail.StrayOf(raw);
        double probability = isReady ? _tail.Probability(stray) : double.NaN;
        var (lower, upper) = isReady ? Range(question, answer, expected) : (double.NaN, double.NaN);
        double usual = isReady ? _tail.Upper : double.NaN;
        var change = AnomalyChange.None;
        if (isReady)
        {
            change = Follow(question, raw, stray, probability, lower, upper);
        }

        if (!IsOdd)
        {
            _tail.Learn(raw);
        }

        return new ModelReading(question.Value, probability, expected, lower, upper, raw, usual, change);
    }

    /// <summary>Notes that a step had no value: an anomaly ends when that goes on.</summary>
    public AnomalyChange Miss(long timestampMs) => IsOdd && IsCalmAt(timestampMs) ? Close() : AnomalyChange.None;

    /// <summary>Ends what runs: the series is gone or under maintenance.</summary>
    public AnomalyChange End()
    {
        bool wasOdd = IsOdd;
        IsOdd = false;
        return wasOdd ? AnomalyChange.Closed : AnomalyChange.None;
    }

    /// <summary>What is judged of an answer; false when it is no number.</summary>
    bool Read(
        in ModelQuestion question,
        ReadOnlySpan<float> row,
        ReadOnlySpan<float> answer,
        out double raw,
        out double expected)
    {
        expected = double.NaN;
        switch (_contract.Output)
        {
            case ModelOutput.Score:
                raw = _contract.Odd == OddEnd.High ? answer[0] : -(double)answer[0];
                break;
            case ModelOutput.Forecast:
                expected = (answer[0] * question.Factor) + question.Offset;
                raw = (question.Value - expected) / ScaleOf(question, answer);
                break;
            default:
                double squares = 0;
                int count = 0;
                for (int i = 0; i < answer.Length; i++)
                {
                    double off = row[i] - (double)answer[i];
                    squares += float.IsNaN(row[i]) ? 0 : off * off;
                    count += float.IsNaN(row[i]) ? 0 : 1;
                }

                expected = (answer[^1] * question.Factor) + question.Offset;
                raw = Math.Sqrt(squares / Math.Max(1, count)) * question.Factor;
                break;
        }

        raw = double.IsFinite(raw) ? Math.Clamp(raw, -AnswerMax, AnswerMax) : double.NaN;
        return double.IsFinite(raw) && !double.IsInfinity(expected);
    }

    /// <summary>How far the model says a value usually strays; 1 where it does not say.</summary>
    static double ScaleOf(in ModelQuestion question, ReadOnlySpan<float> answer) =>
        answer.Length < 2 ? 1 : Math.Max(Math.Abs(answer[1] * question.Factor), 1e-30);

    (double Lower, double Upper) Range(in ModelQuestion question, ReadOnlySpan<float> answer, double expected)
    {
        if (_contract.Output == ModelOutput.Score)
        {
            return (double.NaN, double.NaN);
        }

        double scale = _contract.Output == ModelOutput.Forecast ? ScaleOf(question, answer) : 1;
        double below = _contract.Output == ModelOutput.Forecast ? _tail.Lower : -_tail.Upper;
        return (expected + (below * scale), expected + (_tail.Upper * scale));
    }

    AnomalyChange Follow(
        in ModelQuestion question, double raw, double stray, double probability, double lower, double upper)
    {
        if (!IsOdd)
        {
            return probability <= _contract.OddProbability && !IsRepeated(question.TimestampMs, raw, stray)
                ? Open(question, raw, stray, probability, lower, upper)
                : AnomalyChange.None;
        }

        long nowMs = question.TimestampMs;
        if (probability <= StillOdd * _contract.OddProbability)
        {
            Extend(question, raw, stray, probability);
            if (nowMs - _anomaly.StartMs > AcceptSeconds * 1_000)
            {
                _tail.Accept(raw);
            }

            return AnomalyChange.None;
        }

        return IsCalmAt(nowMs) ? Close() : AnomalyChange.None;
    }

    bool IsCalmAt(long nowMs) =>
        nowMs - _anomaly.EndMs >= Math.Max(CalmSeconds, CalmSteps * _stepSeconds) * 1_000;

    AnomalyChange Close()
    {
        IsOdd = false;
        (_lastButOne, _last) = (_last, (_anomaly.EndMs, _peakStray));
        return AnomalyChange.Closed;
    }

    /// <summary>Whether the like has been told twice within two weeks: it is usual, then.</summary>
    bool IsRepeated(long nowMs, double raw, double stray)
    {
        bool isRepeated = IsLike(_last, nowMs, stray) && IsLike(_lastButOne, nowMs, stray);
        if (isRepeated)
        {
            _tail.Accept(raw);
        }

        return isRepeated;
    }

    static bool IsLike((long EndMs, double Stray) told, long nowMs, double stray) =>
        told.EndMs > 0 && nowMs - told.EndMs < RepeatSeconds * 1_000 &&
        Math.Sign(told.Stray) == Math.Sign(stray) && Math.Abs(stray) <= AlikeBy * Math.Abs(told.Stray);

    AnomalyChange Open(
        in ModelQuestion question, double raw, double stray, double probability, double lower, double upper)
    {
        IsOdd = true;
        _tail.Forget();
        _peakStray = stray;
        PeakRaw = raw;
        (UsualRaw, LevelRaw) = (_tail.Upper, _tail.Level);
        _anomaly = new Anomaly
        {
            StartMs = question.TimestampMs,
            EndMs = question.TimestampMs,
            PeakMs = question.TimestampMs,
            PeakValue = question.Value,
            PeakScore = Rarity.ScoreOf(probability),
            Lower = lower,
            Upper = upper,
            IsAbove = stray > 0,
        };
        return AnomalyChange.Opened;
    }

    void Extend(in ModelQuestion question, double raw, double stray, double probability)
    {
        _anomaly = _anomaly with { EndMs = question.TimestampMs };
        double score = Rarity.ScoreOf(probability);
        if (score > _anomaly.PeakScore)
        {
            _peakStray = stray;
            PeakRaw = raw;
            _anomaly = _anomaly with
            {
                PeakMs = question.TimestampMs, PeakValue = question.Value, PeakScore = score, IsAbove = stray > 0,
            };
        }
    }
}
