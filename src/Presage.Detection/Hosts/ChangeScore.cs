// Hot path: Of runs once per host and row (a minute); budget 2 us for 40 metrics, no allocation.
namespace Presage.Detection;

/// <summary>
/// Whether something has just begun on a host: eight summaries of the distances of <see cref="HostViews"/> and the two
/// distances of the whitenings, each compared with its own usual size on this host, joined by a power mean so that one
/// strong witness counts more than many weak ones.
///
/// Two summaries per time scale: over all metrics (a busy host moves everywhere) and over the five oddest after
/// division by what is rare for that metric (one quiet metric that moves is news, a nervous one is not).
/// </summary>
sealed class ChangeScore
{
    /// <summary>Summaries: day, 6 h, 30 min each plain and per metric; 30 min over all; two whitened.</summary>
    public const int Parts = 10;

    /// <summary>Metrics that count in the summaries of the oddest.</summary>
    const int Oddest = 5;

    /// <summary>Exponent of the power mean.</summary>
    const double Power = 3;

    /// <summary>Weights of the parts: all alike within what measurements can tell; the whitened ones support.</summary>
    static readonly double[] Weights = [1, 1, 1.5, 1, 1, 1.5, 1.25, 0.75, 0.4, 0.2];

    static readonly double WeightSum = Weights.Sum();

    readonly int _d;
    readonly float[] _dayRare;
    readonly float[] _hoursRare;
    readonly float[] _minutesRare;
    readonly float[] _minutesRarest;
    readonly double[] _usual = new double[Parts];
    readonly double[] _spread = new double[Parts];
    readonly double[] _top = new double[Oddest];

    public ChangeScore(int metrics)
    {
        _d = metrics;
        _dayRare = new float[metrics];
        _hoursRare = new float[metrics];
        _minutesRare = new float[metrics];
        _minutesRarest = new float[metrics];
    }

    /// <summary>What is rare for each metric: the 99 % (30 min also 99.9 %) quantiles of its distances.</summary>
    public void SetRare(int metric, double day, double hours, double minutes, double minutesRarest)
    {
        _dayRare[metric] = (float)(1 / (day + 1));
        _hoursRare[metric] = (float)(1 / (hours + 1));
        _minutesRare[metric] = (float)(1 / (minutes + 1));
        _minutesRarest[metric] = (float)(1 / (minutesRarest + 1));
    }

    /// <summary>The usual size of a part: median and 90 % quantile of what <see cref="Summarise"/> gave.</summary>
    public void SetUsual(int part, double median, double high)
    {
        _usual[part] = median;
        _spread[part] = high - median + 0.1;
    }

    /// <summary>Writes the logarithms of the parts of one row.</summary>
    public void Summarise(
        ReadOnlySpan<float> day,
        ReadOnlySpan<float> hours,
        ReadOnlySpan<float> minutes,
        double level,
        double step,
        Span<double> parts)
    {
        parts[0] = Log(RootMeanSquare(day));
        parts[1] = Log(TopLogs(day, _dayRare));
        parts[2] = Log(RootMeanSquare(hours));
        parts[3] = Log(TopLogs(hours, _hoursRare));
        parts[4] = Log(TopLogs(minutes, default));
        parts[5] = Log(TopLogs(minutes, _minutesRare));
        parts[6] = Log(MeanLog(minutes, default));
        parts[7] = Log(MeanLog(minutes, _minutesRarest));
        parts[8] = Log(step);
        parts[9] = Log(level);
    }

    /// <summary>The change score of a row from its parts; 0 is usual, 4 comes about once a day.</summary>
    public double Of(ReadOnlySpan<double> parts)
    {
        double sum = 0;
        for (int i = 0; i < Parts; i++)
        {
            double u = Math.Max(0, 2 * (parts[i] - _usual[i]) / _spread[i]);
            sum += Weights[i] * u * u * u;
        }

        return Math.Pow(sum / WeightSum, 1 / Power);
    }

    /// <summary>How much a metric takes part in a change, for ranking: logarithms of its distances, added.</summary>
    public double Evidence(int metric, double day, double hours, double minutes)
    {
        day = Math.Abs(day);
        hours = Math.Abs(hours);
        minutes = Math.Abs(minutes);
        double forMetric = (1 + (day * _dayRare[metric])) * (1 + (minutes * _minutesRare[metric]));
        return Math.Log((1 + day) * (1 + hours) * forMetric);
    }

    public void Save(StateWriter writer)
    {
        writer.Floats(_dayRare);
        writer.Floats(_hoursRare);
        writer.Floats(_minutesRare);
        writer.Floats(_minutesRarest);
        foreach (int part in Enumerable.Range(0, Parts))
        {
            writer.Double(_usual[part]);
            writer.Double(_spread[part]);
        }
    }

    public bool Restore(ref StateReader reader)
    {
        bool isSane = reader.Floats(_dayRare) && reader.Floats(_hoursRare) && reader.Floats(_minutesRare) &&
            reader.Floats(_minutesRarest);
        for (int part = 0; part < Parts; part++)
        {
            _usual[part] = reader.Double();
            _spread[part] = reader.Double();
            isSane &= double.IsFinite(_usual[part]) && _spread[part] is > 0 and < 1e9;
        }

        return isSane;
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

    double TopLogs(ReadOnlySpan<float> distances, ReadOnlySpan<float> rare)
    {
        int k = Math.Min(Oddest, _d);
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
