// Hot path: evaluated for each vital sign, host and scrape; no allocation.
using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query;

/// <summary>A node of a bound query: its labels are known, its values are computed into a buffer of its own.</summary>
abstract class BoundNode(LabelSet[] labels)
{
    public LabelSet[] Labels { get; } = labels;

    protected double[] Values { get; } = new double[labels.Length];

    public abstract ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs);
}

/// <summary>The series of one selector.</summary>
sealed class BoundInput(LabelSet[] labels, int start) : BoundNode(labels)
{
    public override ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs) => inputs.Slice(start, Labels.Length);
}

/// <summary>An aggregation by labels.</summary>
sealed class BoundAggregate : BoundNode
{
    readonly Aggregator _operator;
    readonly BoundNode _operand;
    readonly int[] _groups;
    readonly int[] _counts;

    public BoundAggregate(Aggregator op, IReadOnlyList<string> grouping, BoundNode operand)
        : this(op, operand, Group(operand.Labels, grouping, out var groups), groups)
    {
    }

    BoundAggregate(Aggregator op, BoundNode operand, int[] groupOf, List<LabelSet> groups)
        : base([.. groups])
    {
        _operator = op;
        _operand = operand;
        _groups = groupOf;
        _counts = new int[groups.Count];
    }

    public override ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs)
    {
        var values = _operand.Evaluate(inputs);
        Array.Clear(_counts);
        for (int i = 0; i < values.Length; i++)
        {
            if (!Point.IsAbsent(values[i]))
            {
                Add(ref Values[_groups[i]], values[i], _counts[_groups[i]]++ == 0);
            }
        }

        for (int group = 0; group < _counts.Length; group++)
        {
            Values[group] = _counts[group] == 0 ? Point.Absent
                : _operator == Aggregator.Avg ? Values[group] / _counts[group]
                : _operator == Aggregator.Count ? _counts[group]
                : Values[group];
        }

        return Values;
    }

    void Add(ref double sum, double value, bool isFirst)
    {
        sum = isFirst ? value : _operator switch
        {
            Aggregator.Max => value > sum || double.IsNaN(sum) ? value : sum,
            Aggregator.Min => value < sum || double.IsNaN(sum) ? value : sum,
            _ => sum + value,
        };
    }

    static int[] Group(LabelSet[] labels, IReadOnlyList<string> grouping, out List<LabelSet> groups)
    {
        groups = [];
        string[] kept = [.. grouping];
        int[] groupOf = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            var group = labels[i].Only(kept);
            int known = groups.IndexOf(group);
            groupOf[i] = known >= 0 ? known : groups.Count;
            if (known < 0)
            {
                groups.Add(group);
            }
        }

        return groupOf;
    }
}

/// <summary>An operator between a vector and a number.</summary>
sealed class BoundScalar(BinaryOperator op, double number, BoundNode operand, bool isLeft)
    : BoundNode(BoundArithmetic.LabelsOf(op, operand.Labels))
{
    public override ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs)
    {
        var values = operand.Evaluate(inputs);
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            Values[i] = Point.IsAbsent(value) ? value
                : BoundArithmetic.Compare(op, isLeft ? number : value, isLeft ? value : number) is { } holds
                    ? holds ? value : Point.Absent
                : BoundArithmetic.Compute(op, isLeft ? number : value, isLeft ? value : number);
        }

        return Values;
    }
}

/// <summary>An operator between the elements of two vectors that have the same labels.</summary>
sealed class BoundPairs : BoundNode
{
    readonly BinaryOperator _operator;
    readonly BoundNode _left;
    readonly BoundNode _right;
    readonly (int Left, int Right)[] _pairs;

    public BoundPairs(BinaryOperator op, BoundNode left, BoundNode right)
        : this(op, left, right, Pairs(left.Labels, right.Labels))
    {
    }

    BoundPairs(BinaryOperator op, BoundNode left, BoundNode right, (int Left, int Right)[] pairs)
        : base(BoundArithmetic.LabelsOf(op, [.. pairs.Select(pair => left.Labels[pair.Left])]))
    {
        _operator = op;
        _left = left;
        _right = right;
        _pairs = pairs;
    }

    public override ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs)
    {
        var left = _left.Evaluate(inputs);
        var right = _right.Evaluate(inputs);
        for (int i = 0; i < _pairs.Length; i++)
        {
            double a = left[_pairs[i].Left], b = right[_pairs[i].Right];
            Values[i] = Point.IsAbsent(a) || Point.IsAbsent(b) ? Point.Absent
                : BoundArithmetic.Compare(_operator, a, b) is { } holds ? holds ? a : Point.Absent
                : BoundArithmetic.Compute(_operator, a, b);
        }

        return Values;
    }

    static (int Left, int Right)[] Pairs(LabelSet[] left, LabelSet[] right)
    {
        var bare = Array.ConvertAll(right, static labels => labels.Without(LabelNames.MetricName));
        var pairs = new List<(int, int)>();
        for (int i = 0; i < left.Length; i++)
        {
            int at = Array.IndexOf(bare, left[i].Without(LabelNames.MetricName));
            if (at >= 0)
            {
                pairs.Add((i, at));
            }
        }

        return [.. pairs];
    }
}

/// <summary>The left vector, and of the right one what the left one has not.</summary>
sealed class BoundOr : BoundNode
{
    readonly BoundNode _left;
    readonly BoundNode _right;

    /// <summary>For each element of the right vector the one of the left that beats it, or -1.</summary>
    readonly int[] _beatenBy;

    public BoundOr(BoundNode left, BoundNode right)
        : base([.. left.Labels, .. right.Labels])
    {
        _left = left;
        _right = right;
        _beatenBy = Array.ConvertAll(right.Labels, labels => Array.FindIndex(
            left.Labels,
            other => other.Without(LabelNames.MetricName).Equals(labels.Without(LabelNames.MetricName))));
    }

    public override ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs)
    {
        var left = _left.Evaluate(inputs);
        left.CopyTo(Values);
        var right = _right.Evaluate(inputs);
        for (int i = 0; i < right.Length; i++)
        {
            bool isBeaten = _beatenBy[i] >= 0 && !Point.IsAbsent(left[_beatenBy[i]]);
            Values[left.Length + i] = isBeaten ? Point.Absent : right[i];
        }

        return Values;
    }
}

/// <summary>What the operators of bound queries do.</summary>
static class BoundArithmetic
{
    public static bool Knows(BinaryOperator op) => op is BinaryOperator.Add or BinaryOperator.Subtract
        or BinaryOperator.Multiply or BinaryOperator.Divide || IsComparison(op);

    /// <summary>A comparison keeps the metric's name, arithmetic does not.</summary>
    public static LabelSet[] LabelsOf(BinaryOperator op, LabelSet[] labels) =>
        IsComparison(op) ? labels : Array.ConvertAll(labels, static one => one.Without(LabelNames.MetricName));

    /// <summary>Whether a comparison holds; null for arithmetic.</summary>
    public static bool? Compare(BinaryOperator op, double a, double b) => op switch
    {
        BinaryOperator.Equal => a == b,
        BinaryOperator.NotEqual => a != b,
        BinaryOperator.Less => a < b,
        BinaryOperator.LessOrEqual => a <= b,
        BinaryOperator.Greater => a > b,
        BinaryOperator.GreaterOrEqual => a >= b,
        _ => null,
    };

    public static double Compute(BinaryOperator op, double a, double b) => op switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        _ => a / b,
    };

    static bool IsComparison(BinaryOperator op) => op is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual;
}
