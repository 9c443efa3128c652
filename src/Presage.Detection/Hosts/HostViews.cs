// Hot path: See runs once per metric, host and row (a minute); budget 60 ns a metric, no allocation.
namespace Presage.Detection;

/// <summary>
/// How far each metric of a host is from where it has been of late, on three time scales: the last day, the last six
/// hours, the last half hour. Distances are in units of the metric's own recent spread, with a floor in parts of the
/// range it has covered, so that units do not matter. Nothing is learned in advance: this is the part of the state that
/// moves with every row.
///
/// A wild value teaches within bounds: it widens range and spread by a factor at most, so one 10^308 does not make a
/// metric blind for months. A missing value leaves the metric as it is.
/// </summary>
sealed class HostViews
{
    /// <summary>Numbers kept per metric.</summary>
    public const int Fields = 10;

    public const double DayMax = 100;
    public const double HoursMax = 10;
    public const double MinutesMax = 1_000;

    /// <summary>Values beyond are taken as this: their squares are still numbers.</summary>
    const double ValueMax = 1e100;

    /// <summary>A value extends a range already seen by this factor at most.</summary>
    const double GrowthMax = 10;

    /// <summary>Less is no range: a hundredth of it may not be a number above 0 any more.</summary>
    const double RangeMin = 1e-300;

    /// <summary>Half-life of the extremes: what has not come again for months is not the range any more.</summary>
    const double RangeHalfLifeMinutes = 60 * 1_440;

    /// <summary>Evidence of a metric that fails to arrive although it always did, while that is news.</summary>
    const float MissingDistance = 6;

    /// <summary>Half-life of the distances that are followed for drifts.</summary>
    const double SlowHalfLifeMinutes = 75;

    /// <summary>Moves are those within ten minutes; rows remembered for them at most.</summary>
    const double LagMinutes = 10;
    const int LagMax = 60;

    readonly int _d;
    readonly double[] _lowest;
    readonly double[] _highest;
    readonly double[] _dayMean;
    readonly double[] _dayVariance;
    readonly double[] _hoursMean;
    readonly double[] _hoursVariance;
    readonly double[] _minutesMean;
    readonly double[] _minutesSpread;
    readonly double[] _slow;

    /// <summary>Rows since the metric was last present.</summary>
    readonly double[] _missing;
    readonly double _dayWeight;
    readonly double _hoursWeight;
    readonly double _minutesWeight;
    readonly double _slowWeight;
    readonly double _rangeWeight;
    readonly double _missingNews;
    readonly double[] _past;
    readonly int _lag;
    long _rows;

    public HostViews(int metrics, double stepSeconds)
    {
        _d = metrics;
        StepSeconds = stepSeconds;
        double minutes = stepSeconds / 60;
        _lowest = new double[metrics];
        _highest = new double[metrics];
        _dayMean = new double[metrics];
        _dayVariance = new double[metrics];
        _hoursMean = new double[metrics];
        _hoursVariance = new double[metrics];
        _minutesMean = new double[metrics];
        _minutesSpread = new double[metrics];
        _slow = new double[metrics];
        _missing = new double[metrics];
        Array.Fill(_missing, double.NaN);
        _dayWeight = 1 - double.Exp2(-minutes / 1_440);
        _hoursWeight = 1 - double.Exp2(-minutes / 360);
        _minutesWeight = 1 - double.Exp2(-minutes / 30);
        _slowWeight = 1 - double.Exp2(-minutes / SlowHalfLifeMinutes);
        _rangeWeight = 1 - double.Exp2(-minutes / RangeHalfLifeMinutes);
        _missingNews = 60 / minutes;
        _lag = Math.Clamp((int)Math.Round(LagMinutes / minutes), 1, LagMax);
        _past = new double[_lag * metrics];
        Array.Fill(_past, double.NaN);
        Moves = new double[metrics];
        Day = new float[metrics];
        Hours = new float[metrics];
        Minutes = new float[metrics];
        Slow = new float[metrics];
    }

    /// <summary>Signed distances of the last row from the last day, in recent spreads.</summary>
    public float[] Day { get; }

    /// <summary>The same against six hours.</summary>
    public float[] Hours { get; }

    /// <summary>The same against half an hour.</summary>
    public float[] Minutes { get; }

    /// <summary>
    /// <see cref="Hours"/> in the mean of the last hour or two: small distances in one direction add up, bursts do not.
    /// </summary>
    public float[] Slow { get; }

    /// <summary>Time between rows.</summary>
    public double StepSeconds { get; }

    /// <summary>Rows of ten minutes.</summary>
    public int Lag => _lag;

    /// <summary>How far each metric has moved within ten minutes, in its own unit; 0 where either end is missing.
    /// </summary>
    public double[] Moves { get; }

    /// <summary>Rows seen.</summary>
    public long Rows => _rows;

    /// <summary>Measures a row, then learns it. NaN and infinities are missing values.</summary>
    public void See(ReadOnlySpan<double> row)
    {
        double first = 1.0 / (_rows + 1);
        double day = Math.Max(_dayWeight, first);
        double hours = Math.Max(_hoursWeight, first);
        double minutes = Math.Max(_minutesWeight, first);
        double slow = Math.Max(_slowWeight, first);
        var past = _past.AsSpan((int)(_rows % _lag) * _d, _d);
        for (int j = 0; j < _d; j++)
        {
            double x = row[j];
            double move = x - past[j];
            Moves[j] = double.IsFinite(move) ? move : 0;
            past[j] = x;
            if (double.IsFinite(x))
            {
                See(j, Math.Clamp(x, -ValueMax, ValueMax), day, hours, minutes);
            }
            else
            {
                Miss(j);
            }

            _slow[j] += slow * (Hours[j] - _slow[j]);
            Slow[j] = (float)_slow[j];
        }

        _rows++;
    }

    /// <summary>Takes over what another one of as many metrics knows.</summary>
    public void TakeOver(HostViews other)
    {
        _rows = other._rows;
        foreach (var (mine, others) in AllFields().Zip(other.AllFields()))
        {
            others.CopyTo(mine, 0);
        }

        other._past.CopyTo(_past, 0);
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_rows);
        foreach (double[] field in AllFields())
        {
            foreach (double value in field)
            {
                writer.Double(value);
            }
        }

        foreach (double value in _past)
        {
            writer.Double(value);
        }
    }

    /// <summary>Restores; versions before knew no slow distances, or remembered no rows either.</summary>
    public bool Restore(ref StateReader reader, bool hasSlow, bool hasPast)
    {
        _rows = reader.Long();
        bool isSane = _rows is >= 0 and <= StateReader.CountMax;
        foreach (double[] field in AllFields().Take(hasSlow ? Fields : Fields - 1))
        {
            for (int j = 0; j < _d; j++)
            {
                field[j] = reader.Double();
                isSane &= ReferenceEquals(field, _missing) ? !(field[j] < 0) : Math.Abs(field[j]) < 1e250;
            }
        }

        for (int i = 0; i < _past.Length && hasPast; i++)
        {
            _past[i] = reader.Double();
        }

        return isSane;
    }

    IEnumerable<double[]> AllFields() =>
    [
        _lowest, _highest, _dayMean, _dayVariance, _hoursMean, _hoursVariance, _minutesMean, _minutesSpread, _missing,
        _slow,
    ];

    void See(int j, double x, double day, double hours, double minutes)
    {
        if (double.IsNaN(_missing[j]))
        {
            _lowest[j] = _highest[j] = _dayMean[j] = _hoursMean[j] = _minutesMean[j] = x;
        }

        _missing[j] = 0;
        double range = Widen(j, x);
        if (range < RangeMin)
        {
            Day[j] = Hours[j] = Minutes[j] = 0;
            return;
        }

        range = Math.Max(range, RobustScale.RangeShareMin * Math.Abs(x));
        double off = x - _dayMean[j];
        double spread = Math.Sqrt(_dayVariance[j]) + (0.01 * range);
        Day[j] = (float)Math.Clamp(off / spread, -DayMax, DayMax);
        off = Math.Clamp(off, -DayMax * spread, DayMax * spread);
        _dayMean[j] += day * off;
        _dayVariance[j] = (1 - day) * (_dayVariance[j] + (day * off * off));

        off = x - _hoursMean[j];
        spread = Math.Sqrt(_hoursVariance[j]) + (0.01 * range);
        Hours[j] = (float)Math.Clamp(off / spread, -HoursMax, HoursMax);
        off = Math.Clamp(off, -DayMax * spread, DayMax * spread);
        _hoursMean[j] += hours * off;
        _hoursVariance[j] = (1 - hours) * (_hoursVariance[j] + (hours * off * off));

        off = x - _minutesMean[j];
        double limit = (5 * _minutesSpread[j]) + (0.001 * range);
        Minutes[j] = (float)Math.Clamp(off / (_minutesSpread[j] + (1e-4 * range)), -MinutesMax, MinutesMax);
        _minutesSpread[j] += minutes * (Math.Min(Math.Abs(off), limit) - _minutesSpread[j]);
        _minutesMean[j] += minutes * Math.Clamp(off, -range, range);
    }

    /// <summary>Extends the range a metric has covered; returns the range.</summary>
    double Widen(int j, double x)
    {
        double range = _highest[j] - _lowest[j];
        double reach = range > 0 ? GrowthMax * range : double.MaxValue;
        _lowest[j] += _rangeWeight * (_dayMean[j] - _lowest[j]);
        _highest[j] -= _rangeWeight * (_highest[j] - _dayMean[j]);
        _lowest[j] = Math.Min(_lowest[j], Math.Max(x, _lowest[j] - reach));
        _highest[j] = Math.Max(_highest[j], Math.Min(x, _highest[j] + reach));
        return _highest[j] - _lowest[j];
    }

    void Miss(int j)
    {
        if (!double.IsNaN(_missing[j]))
        {
            _missing[j]++;
        }

        bool isNews = _rows > 1_000 && _missing[j] <= _missingNews;
        Day[j] = Hours[j] = Minutes[j] = isNews ? MissingDistance : 0;
    }
}
