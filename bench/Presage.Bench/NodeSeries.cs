namespace Presage.Bench;

/// <summary>
/// Series as a node exporter sends them, made from a seed: of 100 about 55 never change; the others are counters that
/// stand still most of the time, busy counters with a daily rhythm, seconds with two decimals, memory in pages, load
/// averages, ratios with all digits.
/// </summary>
sealed class NodeSeries
{
    readonly int _kind;
    readonly double _rate;
    ulong _state;
    double _level;
    double _value;

    public NodeSeries(int number)
    {
        _state = (ulong)(number + 1) * 0x9E3779B97F4A7C15;
        int draw = (int)(Next() * 100);
        _kind = draw < 55 ? 0 : draw < 67 ? 1 : draw < 77 ? 2 : draw < 86 ? 3 : draw < 94 ? 4 : draw < 98 ? 5 : 6;
        _rate = Math.Exp(Next() * 9);
        _level = Math.Floor(Next() * 1e7);
        _value = _level;
    }

    /// <summary>The value some seconds later; at the given second of the day.</summary>
    public double Step(double seconds, double secondOfDay)
    {
        double rhythm = 1 + (0.5 * Math.Sin(secondOfDay / 86_400 * 2 * Math.PI));
        switch (_kind)
        {
            case 0:
                return _value;
            case 1:
                _value += Next() < 0.03 * seconds ? Math.Ceiling(Next() * 3) : 0;
                return _value;
            case 2:
                _value += Math.Floor(_rate * seconds * rhythm * (0.9 + (0.2 * Next())));
                return _value;
            case 3:
                _level += seconds * rhythm * 0.3 * (0.8 + (0.4 * Next()));
                return Math.Round(_level, 2);
            case 4:
                _level += (Next() - 0.5) * 400;
                return Math.Max(Math.Floor(_level), 0) * 4096;
            case 5:
                _level += (Next() - 0.5) * 0.1;
                return Math.Round(Math.Abs(_level % 8), 2);
            default:
                return rhythm * Next();
        }
    }

    double Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (_state >> 11) * (1.0 / (1UL << 53));
    }
}
