// Hot path: Of runs once per host and row (a minute); budget 2 us for 40 metrics, no allocation.
namespace Presage.Detection;

/// <summary>
/// Whether something has just begun on a host: eight summaries of the distances of <see cref="HostViews"/> and the two
/// distances of the whitenings, each compared with its own usual size on this host, joined by a power mean so that one
/// strong witness counts more than many weak ones. A ninth, the move of all metrics within ten minutes, is asked for
/// what is rare only: beyond the oddest thousandth of its history it may decide alone. A tenth, the drift, asks the
/// same of the two metrics that have strayed furthest in the mean of the last hour or two, an eleventh of <see
/// cref="LastingMoves"/>; alarms hear neither.
///
/// Two summaries per time scale: over all metrics (a busy host moves everywhere) and over the five oddest after
/// division by what is rare for that metric (one quiet metric that moves is news, a nervous one is not).
/// </summary>
sealed class ChangeScore
{
    /// <summary>
    /// Summaries: day, 6 h, 30 min each plain and per metric; 30 min over all; two whitened; moves, drift, lasting
    /// moves.
    /// </summary>
    public const int Parts = 13;

    /// <summary>The parts that are joined by the power mean; the last three are not.</summary>
    const int Joined = 10;
    const int LastingPart = 12;

    /// <summary>Metrics that count in the summaries of the oddest.</summary>
    const int Oddest = 5;

    /// <summary>Metrics that count in the drift: two that go together are seldom chance.</summary>
    const int Drifting = 2;

    /// <summary>Exponent of the power mean.</summary>
    const double Power = 2.75;

    /// <summary>The change of a move as large as the oddest thousandth of the host's history.</summary>
    const double RareMove = 3.2;

    /// <summary>The change of a drift as large as the oddest thousandth of the host's history.</summary>
    const double RareDrift = 3.8;

    /// <summary>
    /// The change of lasting moves as rare as the oddest thousandth of the host's history, where that begins to lift a
    /// row, and by how much at most: two metrics of many that move for good come about once in two days on real hosts,
    /// however rare they are by themselves.
    /// </summary>
    const double RareLasting = 4.5;
    const double LastingFrom = 3.5;
    const double LastingMax = 0.7;

    /// <summary>Spreads that a lasting move is divided by beyond what other moves are.</summary>
    const float MoreSpread = 0.4f;

    /// <summary>Moves beyond are taken as this, in units of 2.58 times less than the metric's 99 % quantile.</summary>
    const double MoveMax = 30;

    /// <summary>
    /// A host that is nervous by itself is believed a little less: its typical quarter day's largest change moves the
    /// scale by this share of the distance from that of other hosts, by at most so much.
    /// </summary>
    const double OwnShare = 0.35;
    const double OwnMax = 0.8;

    /// <summary>The typical largest change of a quarter day, over all hosts of the labelled sets.</summary>
    const double CommonMaximum = 2.2;

    /// <summary>Weights of the parts: all alike within what measurements can tell; the whitened ones support.</summary>
    static readonly double[] Weights = [1, 1, 1.5, 1, 1, 1.75, 1.25, 0.75, 0.4, 0.2];

    static readonly double WeightSum = Weights.Sum();

    readonly int _d;
    readonly float[] _dayRare;
    readonly float[] _hoursRare;
    readonly float[] _minutesRare;
    readonly float[] _minutesRarest;
    readonly float[] _moveUsual;
    readonly float[] _slowRare;
    readonly double[] _usual = new double[Parts];
    readonly double[] _spread = new double[Parts];
    readonly double[] _top = new double[Oddest];
    double _own;

    public ChangeScore(int metrics)
    {
        _d = metrics;
        _dayRare = new float[metrics];
        _hoursRare = new float[metrics];
        _minutesRare = new float[metrics];
        _minutesRarest = new float[metrics];
        _moveUsual = new float[metrics];
        _slowRare = new float[metrics];
    }

    /// <summary>The 99 % quantile of a metric's moves within ten minutes, in its own spreads.</summary>
    public void SetMove(int metric, double rare) => _moveUsual[metric] = (float)(1 / ((rare / 2.58) + 0.1));

    /// <summary>What is rare for each metric: the 99 % (30 min also 99.9 %) quantiles of its distances.</summary>
    public void SetRare(int metric, double day, double hours, double minutes, double minutesRarest, double slow)
    {
        _dayRare[metric] = (float)(1 / (day + 1));
        _hoursRare[metric] = (float)(1 / (hours + 1));
        _minutesRare[metric] = (float)(1 / (minutes + 1));
        _minutesRarest[metric] = (float)(1 / (minutesRarest + 1));
        _slowRare[metric] = (float)(1 / (slow + 0.3));
    }

    /// <summary>Which quantile of a part is its high size; its median is the usual one.</summary>
    public static double HighOf(int part) => part < Joined ? 0.9 : 0.999;

    /// <summary>The usual size of a part: median and high quantile of what <see cref="Summarise"/> gave.</summary>
    public void SetUsual(int part, double median, double high)
    {
        _usual[part] = median;
        _spread[part] = high - median + (part < Joined ? 0.17 : part == LastingPart ? 0.5 : 0.1);
    }

    /// <summary>
    /// The typical largest change of a quarter day on this host, and how far that many quarters are to be believed.
    /// </summary>
    public void SetOwn(double maximum, double belief) =>
        _own = Math.Clamp(OwnShare * belief * (maximum - CommonMaximum), -OwnMax, OwnMax);

    /// <summary>
    /// How large each metric's move is for <see cref="LastingMoves"/>: in units of what is rare for it and half its
    /// spread.
    /// </summary>
    public void SizeMoves(ReadOnlySpan<float> moves, Span<float> sizes)
    {
        for (int j = 0; j < moves.Length; j++)
        {
            sizes[j] = Math.Abs(moves[j]) / ((1 / _moveUsual[j]) + MoreSpread);
        }
    }

    /// <summary>Writes the logarithms of the parts of one row.</summary>
    public void Summarise(
        ReadOnlySpan<float> day,
        ReadOnlySpan<float> hours,
        ReadOnlySpan<float> minutes,
        ReadOnlySpan<float> slow,
        ReadOnlySpan<float> moves,
        double level,
        double step,
        double lasting,
        Span<double> parts)
    {
        parts[0] = Log(RootMeanSquare(day));
        parts[1] = Log(TopLogs(day, _dayRare, Oddest));
        parts[2] = Log(RootMeanSquare(hours));
        parts[3] = Log(TopLogs(hours, _hoursRare, Oddest));
        parts[4] = Log(TopLogs(minutes, default, Oddest));
        parts[5] = Log(TopLogs(minutes, _minutesRare, Oddest));
        parts[6] = Log(MeanLog(minutes, default));
        parts[7] = Log(MeanLog(minutes, _minutesRarest));
        parts[8] = Log(step);
        parts[9] = Log(level);
        parts[10] = Log(Move(moves));
        parts[11] = Log(TopLogs(slow, _slowRare, Drifting));
        parts[LastingPart] = lasting;
    }

    /// <summary>
    /// The change score of a row from its parts, without drifts; 0 is usual, 3.5 comes about once a day.
    /// </summary>
    public double Of(ReadOnlySpan<double> parts)
    {
        double sum = 0;
        for (int i = 0; i < Joined; i++)
        {
            double u = Math.Max(0, 2 * (parts[i] - _usual[i]) / _spread[i]);
            sum += u > 0 ? Weights[i] * Math.Pow(u, Power) : 0;
        }

        double move = RareMove * Beyond(parts, Joined);
        return Math.Max(0, Math.Max(Math.Pow(sum / WeightSum, 1 / Power), move) - _own);
    }

    /// <summary>A slow drift in the unit of change.</summary>
    public double DriftOf(ReadOnlySpan<double> parts) => Math.Max(0, (RareDrift * Beyond(parts, Joined + 1)) - _own);

    /// <summary>Lasting moves in the unit of change, bounded.</summary>
    public double LastingOf(ReadOnlySpan<double> parts)
    {
        double change = (RareLasting * Beyond(parts, LastingPart)) - _own, lifted = change - LastingFrom;
        return lifted > 0 ? LastingFrom + (LastingMax * (1 - Math.Exp(-lifted / LastingMax))) : Math.Max(0, change);
    }

    /// <summary>
    /// How much a metric takes part in a change, for ranking: logarithms of its distances, added; that from its day in
    /// units of what is rare for it counts twice.
    /// </summary>
    public double Evidence(int metric, double day, double hours, double minutes)
    {
        day = Math.Abs(day);
        hours = Math.Abs(hours);
        minutes = Math.Abs(minutes);
        double rareDay = 1 + (day * _dayRare[metric]), rareMinutes = 1 + (minutes * _minutesRare[metric]);
        return Math.Log((1 + day) * (1 + hours) * rareDay * rareDay * rareMinutes);
    }

    public void Save(StateWriter writer)
    {
        writer.Floats(_dayRare);
        writer.Floats(_hoursRare);
        writer.Floats(_minutesRare);
        writer.Floats(_minutesRarest);
        writer.Floats(_moveUsual);
        writer.Floats(_slowRare);
        writer.Double(_own);
        foreach (int part in Enumerable.Range(0, Parts))
        {
            writer.Double(_usual[part]);
            writer.Double(_spread[part]);
        }
    }

    /// <summary>Restores; versions before knew no lasting moves: they stay silent until the next learning.</summary>
    public bool Restore(ref StateReader reader, bool hasLasting)
    {
        bool isSane = reader.Floats(_dayRare) && reader.Floats(_hoursRare) && reader.Floats(_minutesRare) &&
            reader.Floats(_minutesRarest) && reader.Floats(_moveUsual) && reader.Floats(_slowRare);
        _own = reader.Double();
        isSane &= Math.Abs(_own) <= OwnMax;
        (_usual[LastingPart], _spread[LastingPart]) = (1e9, 1);
        for (int part = 0; part < (hasLasting ? Parts : LastingPart); part++)
        {
            _usual[part] = reader.Double();
            _spread[part] = reader.Double();
            isSane &= double.IsFinite(_usual[part]) && _spread[part] is > 0 and < 1e9;
        }

        return isSane;
    }

    /// <summary>How far a part is beyond its usual size; 1 is its high one.</summary>
    double Beyond(ReadOnlySpan<double> parts, int part) => (parts[part] - _usual[part]) / _spread[part];

    double Move(ReadOnlySpan<float> moves)
    {
        double sum = 0;
        for (int j = 0; j < moves.Length; j++)
        {
            double move = Math.Clamp(moves[j] * _moveUsual[j], -MoveMax, MoveMax);
            sum += move * move;
        }

        return Math.Sqrt(sum / moves.Length);
    }

    static double Log(double size) => Math.Log(size + 0.001);

    static double RootMeanSquare(ReadOnlySpan<float> distances)
    {
        double sum = 0;
        foreach (float distance in distances)
        {
            sum += (double)distance * distance;
        }

        return Math.Sqrt(sum / distances.Length);
    }

    double MeanLog(ReadOnlySpan<float> distances, ReadOnlySpan<float> rare)
    {
        double sum = 0, product = 1;
        for (int j = 0; j < _d; j++)
        {
            // Products of up to 16 factors of at most 1,001 stay in range and save 15 of 16 logarithms.
            product *= 1 + (Math.Abs(distances[j]) * (rare.IsEmpty ? 1 : rare[j]));
            if ((j & 15) == 15)
            {
                sum += Math.Log(product);
                product = 1;
            }
        }

        return (sum + Math.Log(product)) / _d;
    }

    double TopLogs(ReadOnlySpan<float> distances, ReadOnlySpan<float> rare, int oddest)
    {
        int k = Math.Min(oddest, _d);
        var top = _top.AsSpan(0, k);
        top.Clear();
        for (int j = 0; j < _d; j++)
        {
            double size = Math.Abs(distances[j]) * (rare.IsEmpty ? 1.0 : rare[j]);
            if (size > top[k - 1])
            {
                int at = k - 1;
                for (; at > 0 && top[at - 1] < size; at--)
                {
                    top[at] = top[at - 1];
                }

                top[at] = size;
            }
        }

        double product = 1;
        foreach (double size in top)
        {
            product *= 1 + size;
        }

        return Math.Log(product) / k;
    }
}
