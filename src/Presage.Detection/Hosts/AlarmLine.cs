namespace Presage.Detection;

/// <summary>
/// The size of change beyond which a host raises an alarm: the one that normal behaviour reaches as often as the user
/// allows. It starts from what hosts have in common and moves towards what this host shows: the largest change of each
/// quarter day, of the last month, has an exponential tail, and the tail says how far out the allowed rate lies.
/// Incidents are a few of these maxima; quantiles
/// look past them.
/// </summary>
sealed class AlarmLine
{
    const double QuarterDaySeconds = 21_600;
    const double QuartersPerWeek = 28;

    /// <summary>Maxima remembered: 32 days.</summary>
    const int MaximaMax = 128;

    /// <summary>The tail is measured between these quantiles of the maxima.</summary>
    const double TailFrom = 0.25;
    const double TailTo = 0.75;

    /// <summary>Change by which the rate falls to a third on an ordinary host, and how far that is believed.</summary>
    const double CommonFall = 0.36;
    const double CommonShare = 0.3;

    /// <summary>Maxima after which a host's own tail is fully believed: two weeks.</summary>
    const double MaximaForOwn = 56;

    /// <summary>
    /// A quiet host's line comes down as far as its tail says; a nervous one's rises by this much only. What makes a
    /// host nervous is often incidents, and those must not teach that incidents are normal.
    /// </summary>
    const double RiseMax = 0.15;

    /// <summary>Alarms a week on ordinary hosts beyond a line.</summary>
    static readonly (double PerWeek, double Line)[] Common = [(0.03, 5.9), (0.1, 5.5), (0.5, 4.8), (1, 4.5)];

    /// <summary>What the common line falls by per natural logarithm of the rate.</summary>
    const double CommonSlope = 0.42;

    /// <summary>Maxima without which only the common line is known: two days.</summary>
    const int MaximaMin = 8;

    /// <summary>However quiet a host is, smaller changes are not worth an alarm.</summary>
    const double LineMin = 3;

    /// <summary>Rates between which a change is placed, per week.</summary>
    const double RateMin = 1e-4;
    const double RateMax = 1_000;

    double _allowedPerWeek;

    /// <summary>
    /// The tail of the maxima: where it begins, how steeply it falls, how far that is believed (0: not).
    /// </summary>
    double _from;
    double _fall;
    double _share;
    readonly int _rowsPerQuarter;
    readonly float[] _maxima = new float[MaximaMax];
    readonly float[] _sorted = new float[MaximaMax];
    double _line;
    long _count;
    long _rows;
    double _maximum;

    public AlarmLine(double stepSeconds, Sensitivity sensitivity)
    {
        Allow(sensitivity switch
        {
            Sensitivity.Low => 0.03,
            Sensitivity.Standard => 0.1,
            Sensitivity.High => 0.5,
            _ => 1,
        });
        _rowsPerQuarter = RowsPerQuarter(stepSeconds);
    }

    /// <summary>Rows of a quarter day.</summary>
    public static int RowsPerQuarter(double stepSeconds) => Math.Max(1, (int)(QuarterDaySeconds / stepSeconds));

    /// <summary>Where the line is now.</summary>
    public double Line => _line;

    /// <summary>Whether there are maxima enough for a line of this host's own.</summary>
    public bool IsOwn => _count >= MaximaMin;

    /// <summary>Sets how many alarms a week normal behaviour may raise, and draws the line for it.</summary>
    public void Allow(double perWeek)
    {
        _allowedPerWeek = perWeek;
        Draw();
    }

    /// <summary>
    /// The least number of alarms a week allowed at which a change would still raise one, 0.0001 to 1,000.
    /// </summary>
    public double RateOf(double change)
    {
        // The line falls with the rate: halving finds the place.
        double low = Math.Log(RateMin), high = Math.Log(RateMax);
        while (high - low > 0.01)
        {
            double middle = (low + high) / 2;
            (low, high) = LineAt(Math.Exp(middle)) <= change ? (low, middle) : (middle, high);
        }

        return Math.Exp(high);
    }

    /// <summary>Takes a change into account.</summary>
    public void Learn(double change)
    {
        _maximum = Math.Max(_maximum, change);
        if (++_rows < _rowsPerQuarter)
        {
            return;
        }

        _maxima[_count % MaximaMax] = (float)_maximum;
        _count++;
        _rows = 0;
        _maximum = 0;
        Draw();
    }

    /// <summary>Replaces what it knows by what another line knows: the scale of change has been learned anew.</summary>
    public void TakeOver(AlarmLine other)
    {
        _count = other._count;
        _rows = other._rows;
        _maximum = other._maximum;
        other._maxima.CopyTo(_maxima, 0);
        Draw();
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_count);
        writer.Long(_rows);
        writer.Double(_maximum);
        writer.Floats(_maxima);
    }

    public bool Restore(ref StateReader reader)
    {
        _count = reader.Long();
        _rows = reader.Long();
        _maximum = reader.Double();
        bool isSane = reader.Floats(_maxima) && _count is >= 0 and <= StateReader.CountMax &&
            _rows is >= 0 and <= StateReader.CountMax && _maximum is >= 0 and < 1e9;
        if (isSane)
        {
            Draw();
        }

        return isSane;
    }

    void Draw()
    {
        int known = (int)Math.Min(_count, MaximaMax);
        _share = known < MaximaMin ? 0 : Math.Min(1, known / MaximaForOwn);
        if (_share > 0)
        {
            var sorted = _sorted.AsSpan(0, known);
            _maxima.AsSpan(0, known).CopyTo(sorted);
            sorted.Sort();
            double to = sorted[(int)(TailTo * (known - 1))];
            _from = sorted[(int)(TailFrom * (known - 1))];
            _fall = (to - _from) / Math.Log((1 - TailFrom) / (1 - TailTo));
            _fall += CommonShare * (CommonFall - _fall);
        }

        _line = LineAt(_allowedPerWeek);
    }

    double LineAt(double perWeek)
    {
        double common = CommonAt(perWeek);
        if (_share == 0)
        {
            return common;
        }

        double own = _from + (_fall * Math.Log(QuartersPerWeek * (1 - TailFrom) / perWeek));
        return Math.Max(LineMin, common + Math.Min(RiseMax, _share * (own - common)));
    }

    /// <summary>
    /// The common line: measured on labelled sets of servers and services, between incidents. Below the rates measured
    /// it has the last decades' slope, above them that of the highest two.
    /// </summary>
    static double CommonAt(double perWeek)
    {
        double line = Common[0].Line + ((Math.Log(Common[0].PerWeek) - Math.Log(perWeek)) * CommonSlope);
        for (int i = 1; i < Common.Length && perWeek > Common[i - 1].PerWeek; i++)
        {
            var (low, high) = (Common[i - 1], Common[i]);
            double share = Math.Log(perWeek / low.PerWeek) / Math.Log(high.PerWeek / low.PerWeek);
            line = low.Line + (share * (high.Line - low.Line));
        }

        return line;
    }
}
