using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>Makes series, values and times as servers send them, and some that no server should.</summary>
sealed class Workload(StoreModel model)
{
    const int SeriesWanted = 12;

    static readonly string[] OddTexts =
    [
        "ü–ö", "a\"b\\c", "/var/lib", " ", "x=1,y=2", new('l', 300), new('m', 3000),
    ];

    static readonly long[] OddBits =
    [
        BitConverter.DoubleToInt64Bits(-0.0),
        0,
        SampleValue.StaleMarkerBits,
        BitConverter.DoubleToInt64Bits(double.NaN),
        BitConverter.DoubleToInt64Bits(double.PositiveInfinity),
        BitConverter.DoubleToInt64Bits(double.NegativeInfinity),
        BitConverter.DoubleToInt64Bits(double.Epsilon),
        BitConverter.DoubleToInt64Bits(double.MaxValue),
        BitConverter.DoubleToInt64Bits(1e300),
        BitConverter.DoubleToInt64Bits(-1),
    ];

    /// <summary>A series there is, or a new one while there are few.</summary>
    public SeriesModel Any(Generator random) =>
        model.Series.Count < SeriesWanted && random.Chance(0.4) || model.Series.Count == 0
            ? New(random)
            : random.Pick(model.Series);

    /// <summary>A series that is perhaps new.</summary>
    public SeriesModel New(Generator random)
    {
        string host = $"host{random.Below(4)}";
        int number = random.Below(400);
        var labels = new List<Label> { new("i", $"{number}") };
        labels.Add(
            random.Below(8) switch
            {
                0 => new Label("host", host),
                1 => new Label("job", host),
                2 => new Label("other", host),
                _ => new Label("instance", host + ":9100"),
            }
        );
        if (random.Chance(0.1))
        {
            labels.Add(new Label("odd", random.Pick(OddTexts)));
        }

        return model.SeriesOf(LabelSet.OfMetric($"metric_{number % 3}", [.. labels]));
    }

    /// <summary>The next value of a series, of one of the shapes a metric has.</summary>
    public static double Value(SeriesModel series, int shape, Generator random)
    {
        switch (shape)
        {
            case 0:
                return series.Level;
            case 1:
                return series.Level += random.Below(100);
            case 2:
                return series.Level = Math.Round(series.Level + 0.01, 2);
            case 3:
                return Math.Sin(series.Level += 1);
            case 4:
                return series.Level += 4096;
            case 5:
                return random.Chance(0.1) ? SampleValue.StaleMarker : series.Level += 1;
            case 6:
                return BitConverter.Int64BitsToDouble(random.Pick(OddBits));
            default:
                return BitConverter.Int64BitsToDouble((long)random.Bits());
        }
    }

    /// <summary>Another value than the one stored.</summary>
    public static double Other(long bits, Generator random)
    {
        double value = BitConverter.Int64BitsToDouble(bits);
        long other = random.Below(4) switch
        {
            0 => random.Pick(OddBits),
            1 => BitConverter.DoubleToInt64Bits(value + 1),
            2 => BitConverter.DoubleToInt64Bits(value - 1),
            _ => BitConverter.DoubleToInt64Bits(-value),
        };
        return other == bits ? 12345.678 : BitConverter.Int64BitsToDouble(other);
    }

    /// <summary>Conditions that some series satisfy.</summary>
    public LabelMatcher[] Matchers(Generator random)
    {
        var matchers = new LabelMatcher[random.Below(4)];
        for (int i = 0; i < matchers.Length; i++)
        {
            var labels = Any(random).Labels.Labels;
            var label = labels[random.Below(labels.Length)];
            matchers[i] = random.Below(7) switch
            {
                0 => new LabelMatcher(label.Name, MatchOperator.NotEqual, label.Value),
                1 => new LabelMatcher(label.Name, MatchOperator.RegexMatch, label.Value[..1] + ".*"),
                2 => new LabelMatcher(label.Name, MatchOperator.RegexNoMatch, ".*" + label.Value[^1..]),
                3 => new LabelMatcher(label.Name, MatchOperator.RegexMatch, "host1:9100|host2|1.|"),
                4 => new LabelMatcher("missing", MatchOperator.Equal, ""),
                _ => new LabelMatcher(label.Name, MatchOperator.Equal, label.Value),
            };
        }

        return matchers;
    }
}
