// Hot path: See runs once per series and ten seconds, over all series of the store; budget 60 ns, no allocation.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Detection;

/// <summary>
/// All that is remembered of one series to tell whether it behaves as it always did, in 108 bytes: the cheap detector
/// that every series gets. What it does at what time of the day and the week is its <see cref="SeriesRhythm"/>'s.
///
/// It looks at the newest value every ten seconds or so (of a counter at its rate since the last look) and asks four
/// questions: how far is the value from its level, how far is the mean of five minutes, how much does it move, for how
/// long has it stood still? Each distance is compared with the farthest one remembered: among n looks the farthest is
/// as rare as 1/n, and beyond it the probability falls with the third power. So a score means the same for a calm
/// series and a wild one. A series that hardly ever moves has no tail to go by: its first moves are as rare as its
/// history is long, no rarer.
///
/// What stays odd becomes usual within the hour. Deterministic; any value is allowed.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct SeriesTrace
{
    /// <summary>Probability of a look of ten seconds below which a series is odd: once in 116 days.</summary>
    public const double OddProbability = 1e-6;

    /// <summary>Looks before anything is judged: half an hour.</summary>
    const int LooksMin = 180;

    /// <summary>Looks before distances are remembered: the scale must be known first.</summary>
    const int ScaleLooks = 60;

    /// <summary>Looks that count, so that what was farthest long ago is not the measure for ever: two weeks.</summary>
    const float LooksMax = 120_000;

    const double LevelHalfLife = 6 * 3_600;
    const double ShiftHalfLife = 300;
    const double MovesHalfLife = 300;

    /// <summary>Moves before the farthest distance is a tail to extrapolate.</summary>
    const float MovesForTail = 60;

    /// <summary>A series that stands still for five minutes may be flat.</summary>
    const float StillMin = 30;

    /// <summary>Moving half as much again, or that much less, is nothing.</summary>
    const float MovesMin = 0.5f;

    /// <summary>Means take values up to this many spreads: a spike is over when it is over.</summary>
    const double MeanReach = 10;
    const double MovesReach = 20;

    /// <summary>A shifted mean is told only while the value lies on its side, by this share of its distance.</summary>
    const double AgreeingShare = 0.5;

    /// <summary>
    /// Means creep: what they reached is remembered after one to two of these many looks (20 min), or each step
    /// would excuse the next.
    /// </summary>
    const float BlockLooks = 120;

    const double ValueMax = 1e30;

    /// <summary>A pause is missing data from this many seconds, and this many of the longest pauses, on.</summary>
    const double GapMin = 30;
    const double GapFactor = 5;

    /// <summary>
    /// The same where it is known how far the series stays behind its host: that is seen more finely than pauses,
    /// which looks ten seconds apart see in tens of seconds only.
    /// </summary>
    const double LagGapMin = 15;
    const double LagFactor = 3;

    /// <summary>What a step of the lag remembered is, and the least that is told from none.</summary>
    const double LagStepSeconds = 0.25;
    const double LagMin = 1;

    /// <summary>Distances that matter at least, as a share of the level; below, a series is constant.</summary>
    const double ShareMin = 0.005;

    // Timestamps in ms, the value of the last look, and what is known of the cadence.
    long _lastMs;
    double _last;
    float _cadenceSeconds;
    float _longestGap;

    // Levels: of the value for hours, its mean distance from it, of the last five minutes, of the moves.
    float _level;
    float _recent;
    float _spread;
    float _recentSpread;
    float _moves;
    float _usualMoves;

    // The farthest distances remembered: value, mean, moves (a factor), looks it stood still.
    float _farthest;
    float _farthestMean;
    float _farthestMoves;
    float _longestStill;
    float _meanInBlock;
    float _meanBefore;
    float _movesInBlock;
    float _movesBefore;

    float _looks;
    float _moved;
    float _still;
    float _probability;

    /// <summary>What the rhythm said last, as a probability; its oddity stands in the flags.</summary>
    float _rhythmProbability;
    SeriesOddity _oddity;
    byte _flags;
    byte _oddLooks;

    // The farthest it stayed behind its host when looked at, in steps; one more than that, 0 while it is not known.
    byte _lag;

    /// <summary>Of a counter its rate per second at the last look.</summary>
    float _rate;

    const byte IsCounterFlag = 1;
    const byte HasRateFlag = 2;
    const byte IsTrendFlag = 4;
    const byte IsDueFlag = 8;

    /// <summary>Time of the newest value looked at, ms since 1970 UTC; 0 before the first.</summary>
    public readonly long LastMs => _lastMs;

    /// <summary>What is odd now.</summary>
    public readonly SeriesOddity Oddity => _oddity;

    /// <summary>One minus the share of normal looks at least this odd.</summary>
    public readonly double Score => 1 - Math.Clamp(_probability, Rarity.ProbabilityMin, 1);

    /// <summary>Where the value, or of a counter its rate per second, usually lies.</summary>
    public readonly double Level => _level;

    /// <summary>How far it usually strays from there, at most.</summary>
    public readonly double Reach => _farthest * Scale(_spread, _level);

    /// <summary>The newest value, or of a counter its rate per second.</summary>
    public readonly double Value => IsCounter ? _rate : _last;

    /// <summary>The mean of the last five minutes or so; what wild values do to it is bounded.</summary>
    public readonly double Mean => _recent;

    /// <summary>
    /// Whether a mean of five minutes has come to its end with the last look: its rhythm is to see it.
    /// </summary>
    public readonly bool IsMeanDue => (_flags & IsDueFlag) != 0;

    /// <summary>Whether it has moved often enough to have a rhythm.</summary>
    public readonly bool HasLife => _looks >= LooksMin && _moved >= MovesForTail;

    /// <summary>Whether it is a counter: only its rate is looked at, and its resets are none of a dip.</summary>
    public bool IsCounter
    {
        readonly get => (_flags & IsCounterFlag) != 0;
        set => _flags = (byte)(value ? _flags | IsCounterFlag : _flags & ~IsCounterFlag);
    }

    /// <summary>Looks so far, two weeks at most.</summary>
    public readonly double Looks => _looks;

    /// <summary>Whether enough is known to judge: half an hour of looks.</summary>
    public readonly bool IsJudging => _looks >= LooksMin;

    /// <summary>Looks at the newest sample. One that was seen before, or is older, changes nothing.</summary>
    public void See(long timestampMs, double value)
    {
        if (timestampMs <= _lastMs || !double.IsFinite(value))
        {
            return;
        }

        value = Math.Clamp(value, -ValueMax, ValueMax);
        double seconds = _lastMs == 0 ? 0 : (timestampMs - _lastMs) / 1000.0;
        double before = _last;
        bool isDue = timestampMs / SeriesRhythm.VisitMs != _lastMs / SeriesRhythm.VisitMs;
        _flags = (byte)(isDue ? _flags | IsDueFlag : _flags & ~IsDueFlag);
        _lastMs = timestampMs;
        _last = value;
        if (seconds <= 0)
        {
            _level = _recent = IsCounter ? 0 : (float)value;
            _probability = _rhythmProbability = 1;
            return;
        }

        LearnCadence(seconds);
        if (!IsCounter)
        {
            Look(value, Math.Abs(value - before), Math.Min(seconds, 60), isSame: value == before);
            return;
        }

        if (value < before)
        {
            // It started anew, or wrapped, somewhere since the last look: its rate is not known this once.
            (_oddity, _probability, _still) = (SeriesOddity.None, 1, 0);
            return;
        }

        double rate = (value - before) / seconds;
        double move = Math.Abs(rate - _rate);
        _rate = (float)rate;
        Look(rate, move, Math.Min(seconds, 60), isSame: value == before);
    }

    /// <summary>Takes in what the rhythm says; that counts until it says something else.</summary>
    public void Hear(RhythmReading reading)
    {
        _rhythmProbability = (float)reading.Probability;
        _flags = (byte)(reading.Oddity == SeriesOddity.Trend ? _flags | IsTrendFlag : _flags & ~IsTrendFlag);
        HearRhythm();
    }

    /// <summary>Says how far behind its host the newest sample was when it was looked at.</summary>
    public void SeeLag(double seconds)
    {
        double steps = Math.Ceiling(Math.Clamp(seconds / LagStepSeconds, 0, byte.MaxValue - 1));
        _lag = (byte)Math.Max(_lag, 1 + steps);
    }

    /// <summary>Takes a sample in that is neither judged nor learned.</summary>
    public void Pass(long timestampMs, double value)
    {
        if (timestampMs > _lastMs && double.IsFinite(value))
        {
            bool isFirst = _lastMs == 0;
            _lastMs = timestampMs;
            _last = Math.Clamp(value, -ValueMax, ValueMax);
            _still = 0;
            if (isFirst && !IsCounter)
            {
                _level = _recent = (float)_last;
            }
        }

        _oddity = SeriesOddity.None;
        _probability = _rhythmProbability = 1;
    }

    /// <summary>
    /// Says that the host has sent up to a time: a series that has not is missing when it never paused for as long.
    /// </summary>
    public void Expect(long hostMs)
    {
        double gap = (hostMs - _lastMs) / 1000.0;
        double longest = Math.Max(_cadenceSeconds, _longestGap);
        double lag = Math.Max(LagMin, (_lag - 1) * LagStepSeconds);
        bool isLate = _lag is > 0 and < byte.MaxValue && gap > Math.Max(LagGapMin, LagFactor * lag);
        longest = isLate ? Math.Min(longest, lag) : longest;
        if (_looks >= LooksMin && (isLate || gap > Math.Max(GapMin, GapFactor * longest)))
        {
            // Cadences are regular: their tail falls with the sixth power.
            double ratio = longest / gap;
            _oddity = SeriesOddity.Missing;
            _probability = (float)(ratio * ratio * ratio * ratio * ratio * ratio / (_looks + 1));
        }
    }

    /// <summary>Bytes of <see cref="Save"/>.</summary>
    public static int Bytes => Unsafe.SizeOf<SeriesTrace>();

    /// <summary>Writes everything it knows: docs/formats/detection-state.md, "Traces of all series".</summary>
    public readonly void Save(Span<byte> output) => MemoryMarshal.Write(output, in this);

    /// <summary>Reads what <see cref="Save"/> wrote; false when those are not numbers a trace can have.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out SeriesTrace trace)
    {
        trace = MemoryMarshal.Read<SeriesTrace>(input);
        double sum = trace._last + trace._level + trace._recent + trace._rate;
        float smallest = Math.Min(
            Math.Min(Math.Min(trace._spread, trace._recentSpread), Math.Min(trace._moves, trace._usualMoves)),
            Math.Min(Math.Min(trace._looks, trace._moved), Math.Min(trace._cadenceSeconds, trace._longestGap)));
        float sizes = trace._farthest + trace._farthestMean + trace._farthestMoves + trace._longestStill +
            trace._meanInBlock + trace._meanBefore + trace._movesInBlock + trace._movesBefore + trace._spread +
            trace._recentSpread + trace._moves + trace._usualMoves + trace._still;
        return double.IsFinite(sum) && smallest >= 0 && sizes is >= 0 and < float.MaxValue &&
            trace._looks <= LooksMax && trace._probability is >= 0 and <= 1 &&
            trace._rhythmProbability is >= 0 and <= 1 && trace._oddity <= SeriesOddity.Trend && trace._lastMs >= 0;
    }

    /// <summary>Bytes of a trace of the first two versions of the file.</summary>
    public const int BytesBefore = 120;

    /// <summary>Reads a trace of the first two versions, which knew no rhythm and kept three numbers as f64.</summary>
    public static bool TryReadBefore(ReadOnlySpan<byte> input, out SeriesTrace trace)
    {
        Span<byte> now = stackalloc byte[Bytes];
        input[..24].CopyTo(now);
        MemoryMarshal.Write(now[24..], (float)MemoryMarshal.Read<double>(input[24..]));
        MemoryMarshal.Write(now[28..], (float)MemoryMarshal.Read<double>(input[32..]));
        input[40..100].CopyTo(now[32..]);
        input[104..108].CopyTo(now[92..]);
        MemoryMarshal.Write(now[96..], 1f);
        input[108..112].CopyTo(now[100..]);
        MemoryMarshal.Write(now[104..], (float)MemoryMarshal.Read<double>(input[112..]));
        return TryRead(now, out trace);
    }

    void LearnCadence(double seconds)
    {
        if (_cadenceSeconds > 0 && seconds > 2 * _cadenceSeconds)
        {
            _longestGap = Math.Max(_longestGap, (float)seconds);
        }

        _cadenceSeconds += (_cadenceSeconds == 0 ? 1 : 0.05f) * ((float)seconds - _cadenceSeconds);
        _longestGap *= 0.9999f;
    }

    void Look(double value, double move, double seconds, bool isSame)
    {
        if ((_flags & HasRateFlag) == 0)
        {
            _flags |= HasRateFlag;
            _level = _recent = (float)value;
        }

        double off = value - _level;
        double distance = Math.Abs(off) / Scale(_spread, _level);
        double reach = MeanReach * Scale(_spread, _level);
        double bounded = Math.Clamp(value, _level - reach, _level + reach);
        _recent += (float)(Gain(seconds, ShiftHalfLife) * (bounded - _recent));
        double meanDistance = Math.Abs(_recent - _level) / Scale(_recentSpread, _level);
        double floor = 0.1 * Scale(_spread, _level);
        _moves += (float)(Gain(seconds, MovesHalfLife) *
            (Math.Min(move, MovesReach * (_usualMoves + floor)) - _moves));
        double ratio = (_moves + floor) / (_usualMoves + floor);
        double moves = Math.Max(ratio, 1 / ratio) - 1;
        float stillBefore = _still;
        _still = isSame ? _still + 1 : 0;
        Judge(off, distance, meanDistance, moves);
        LearnStill(stillBefore);
        Learn(off, move, seconds, distance, meanDistance, moves);
    }

    void Judge(double off, double distance, double meanDistance, double moves)
    {
        _oddity = SeriesOddity.None;
        _probability = 1;
        if (_looks < LooksMin)
        {
            return;
        }

        float tail = Math.Min(1, _moved / MovesForTail);
        Ask(distance, _farthest, _looks, tail, off > 0 ? SeriesOddity.Spike : SeriesOddity.Dip);
        if (_looks >= 3 * BlockLooks)
        {
            // Where the value is back already, the mean only follows: a spike is no shift.
            double meanOff = _recent - _level;
            if (off * meanOff > 0 && Math.Abs(off) >= AgreeingShare * Math.Abs(meanOff))
            {
                Ask(meanDistance, _farthestMean, _looks, tail, SeriesOddity.Shift);
            }

            Ask(moves, Math.Max(_farthestMoves, MovesMin), _looks, tail, SeriesOddity.Variance);
        }

        if (_still > StillMin)
        {
            Ask(_still, Math.Max(_longestStill, 1), _moved, tail, SeriesOddity.Flat);
        }

        // Four questions were asked.
        _probability = Math.Min(1, 4 * _probability);
        if (_probability > OddProbability)
        {
            _oddity = SeriesOddity.None;
        }

        HearRhythm();
    }

    void HearRhythm()
    {
        if (_rhythmProbability < _probability)
        {
            _probability = _rhythmProbability;
            bool isTrend = (_flags & IsTrendFlag) != 0;
            _oddity = _probability > OddProbability ? SeriesOddity.None
                : isTrend ? SeriesOddity.Trend : SeriesOddity.WrongTime;
        }
    }

    void Ask(double distance, double farthest, double looks, double tail, SeriesOddity oddity)
    {
        if (distance <= farthest)
        {
            return;
        }

        double ratio = farthest / distance;
        double probability = Math.Pow(ratio, 3 * tail) / (looks + 1);
        if (probability < _probability)
        {
            _probability = (float)probability;
            _oddity = oddity;
        }
    }

    void Learn(double off, double move, double seconds, double distance, double meanDistance, double moves)
    {
        // What is odd teaches nothing for five minutes, then slowly: what stays is usual within the hour.
        bool isOdd = _oddity is not (SeriesOddity.None or SeriesOddity.Trend);
        _oddLooks = (byte)(isOdd ? Math.Min(byte.MaxValue, _oddLooks + 1) : 0);
        float pull = _oddLooks == 0 ? 1 : _oddLooks < 30 ? 0 : 0.016f;
        if (_looks >= ScaleLooks)
        {
            Extend(ref _farthest, distance, pull);
            _meanInBlock = Math.Max(_meanInBlock, (float)Math.Min(meanDistance, 1e6));
            _movesInBlock = Math.Max(_movesInBlock, (float)Math.Min(moves, 1e6));
        }

        if (_looks % BlockLooks == 0 || _looks == LooksMax)
        {
            EndBlock();
        }

        double gain = Math.Max(Gain(seconds, LevelHalfLife), 1 / (_looks + 2));
        double bound = isOdd ? 3 : 10;
        double reach = bound * Scale(_spread, _level);
        double bounded = _looks < LooksMin ? off : Math.Clamp(off, -reach, reach);
        _level += (float)(gain * bounded);
        _spread += (float)(gain * (Math.Min(Math.Abs(bounded), 1e30) - _spread));
        double recentMax = _looks < LooksMin ? 1e30 : bound * Scale(_recentSpread, _level);
        double recent = Math.Min(Math.Abs(_recent - _level), recentMax);
        _recentSpread += (float)(gain * (Math.Min(recent, 1e30) - _recentSpread));
        _usualMoves += (float)(gain * (Math.Min(_moves, 1e30) - _usualMoves));
        _looks = Math.Min(LooksMax, _looks + 1);
        _moved = Math.Min(LooksMax, _moved + (move > 0 ? 1 : 0));
    }

    void EndBlock()
    {
        if (_looks == LooksMax)
        {
            // From here on blocks end by what is left over them.
            _looks = LooksMax - BlockLooks + 1;
        }

        _lag -= (byte)(_lag > 1 ? 1 : 0);
        float pull = _oddity == SeriesOddity.None ? 1 : 0.7f;
        Extend(ref _farthestMean, _meanBefore, pull);
        Extend(ref _farthestMoves, _movesBefore, pull);
        (_meanBefore, _movesBefore) = (_meanInBlock, _movesInBlock);
        _meanInBlock = _movesInBlock = 0;
    }

    /// <summary>A stillness is learned when it ends; one that is odd becomes usual while it lasts.</summary>
    void LearnStill(float before)
    {
        if (_still == 0)
        {
            _longestStill = Math.Max(_longestStill * 0.9999f, before);
        }
        else if (_oddity == SeriesOddity.Flat)
        {
            _longestStill += 0.005f * (_still - _longestStill);
        }
    }

    static void Extend(ref float farthest, double distance, float pull)
    {
        // Half of it is forgotten within a month of looks, so that one wild day does not blind for ever.
        farthest *= 0.999997f;
        if (distance > farthest)
        {
            farthest += pull * ((float)Math.Min(distance, 1e6) - farthest);
        }
    }

    static double Scale(double spread, double level) => spread + (ShareMin * Math.Abs(level)) + 1e-9;

    /// <summary>The weight of a look; exact enough for looks far shorter than the half-life.</summary>
    static double Gain(double seconds, double halfLife) => Math.Min(1, 0.6931 * seconds / halfLife);
}
