namespace Presage.Alerting.Notifiers;

/// <summary>Lines of a conversation, bounded in number and length.</summary>
public sealed class Transcript
{
    /// <summary>The most lines kept; the rest is counted.</summary>
    public const int LinesMax = 200;

    /// <summary>The most characters of a line.</summary>
    public const int LineMax = 300;

    readonly List<string> _lines = [];
    int _left;

    public IReadOnlyList<string> Lines => _left == 0 ? [.. _lines] : [.. _lines, $"… {_left} more lines"];

    public void Add(string line)
    {
        if (_lines.Count >= LinesMax)
        {
            _left++;
            return;
        }

        _lines.Add(line.Length <= LineMax ? line : string.Concat(line.AsSpan(0, LineMax - 1), "…"));
    }
}
