namespace Presage.Query.Parsing;

enum BinaryOperator
{
    Or,
    And,
    Unless,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    TrimUpper,
    TrimLower,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Atan2,
    Power,
}

enum Aggregator
{
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    Quantile,
    CountValues,
    LimitK,
    LimitRatio,
}

/// <summary>Spelling, precedence and classes of the operators.</summary>
static class Operators
{
    static readonly Dictionary<string, Aggregator> Aggregators = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sum"] = Aggregator.Sum,
        ["avg"] = Aggregator.Avg,
        ["min"] = Aggregator.Min,
        ["max"] = Aggregator.Max,
        ["count"] = Aggregator.Count,
        ["group"] = Aggregator.Group,
        ["stddev"] = Aggregator.Stddev,
        ["stdvar"] = Aggregator.Stdvar,
        ["topk"] = Aggregator.TopK,
        ["bottomk"] = Aggregator.BottomK,
        ["quantile"] = Aggregator.Quantile,
        ["count_values"] = Aggregator.CountValues,
        ["limitk"] = Aggregator.LimitK,
        ["limit_ratio"] = Aggregator.LimitRatio,
    };

    static readonly string[] Signs =
        ["or", "and", "unless", "==", "!=", "<", "<=", ">", ">=", "</", ">/", "+", "-", "*", "/", "%", "atan2", "^"];

    public static IEnumerable<string> AggregatorNames => Aggregators.Keys;

    public static bool TryGetAggregator(string name, out Aggregator aggregator) =>
        Aggregators.TryGetValue(name, out aggregator);

    public static string NameOf(Aggregator aggregator) => Aggregators.First(a => a.Value == aggregator).Key;

    public static bool TakesParameter(Aggregator aggregator) => aggregator is Aggregator.TopK or Aggregator.BottomK
        or Aggregator.Quantile or Aggregator.CountValues or Aggregator.LimitK or Aggregator.LimitRatio;

    public static string Sign(this BinaryOperator op) => Signs[(int)op];

    public static bool IsSet(this BinaryOperator op) =>
        op is BinaryOperator.Or or BinaryOperator.And or BinaryOperator.Unless;

    public static bool IsComparison(this BinaryOperator op) =>
        op is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual;

    /// <summary>Whether it cuts native histograms: <c>&lt;/</c> and <c>&gt;/</c>.</summary>
    public static bool IsTrim(this BinaryOperator op) => op is BinaryOperator.TrimUpper or BinaryOperator.TrimLower;

    /// <summary>Whether the metric's name still says what the result is.</summary>
    public static bool KeepsName(this BinaryOperator op) => op.IsComparison() || op.IsTrim();

    /// <summary>Higher binds tighter; <c>^</c> alone binds to the right.</summary>
    public static int Precedence(this BinaryOperator op) => op switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And or BinaryOperator.Unless => 2,
        <= BinaryOperator.TrimLower => 3,
        BinaryOperator.Add or BinaryOperator.Subtract => 4,
        BinaryOperator.Power => 6,
        _ => 5,
    };

    public static bool TryGetBinary(in Token token, out BinaryOperator op)
    {
        string sign = token.Text;
        if (token.Kind == TokenKind.Identifier)
        {
            sign = sign.ToLowerInvariant();
        }
        else if (token.Kind is < TokenKind.Plus or > TokenKind.TrimLower)
        {
            op = default;
            return false;
        }

        int index = Array.IndexOf(Signs, sign);
        op = (BinaryOperator)index;
        return index >= 0;
    }
}
