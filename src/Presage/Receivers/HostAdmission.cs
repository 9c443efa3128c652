// Hot path: per request; per series only for tokens that limit how many hosts may join.
using System.Collections.Concurrent;
using System.Text;
using Presage.Api;
using Presage.Metrics;
using Presage.State;

namespace Presage.Receivers;

/// <summary>Which hosts may send with which token; remembers each host's token for the Servers page.</summary>
sealed class HostAdmission(Tokens tokens)
{
    /// <summary>
    /// Hosts noted per request with a token that does not limit them: a sender's hosts take turns at the ends.
    /// </summary>
    const int SpotChecks = 8;

    /// <summary>
    /// Beyond this many hosts, names are made anew each time: 100,000 names of 30 characters are about 10 MB.
    /// </summary>
    const int NamesMax = 100_000;
    const int NameBytesMax = 256;

    readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>
    /// Null when all of a batch's hosts may send, else the reason. Hosts that may join now are remembered.
    /// </summary>
    public string? Refuse(Caller caller, SampleBatch batch)
    {
        if (caller.Token is not { Kind: TokenKind.Agent } token)
        {
            return null;
        }

        bool limited = token is { JoinUntilMs: not null } or { HostsMax: not null };
        int stride = limited ? 1 : Math.Max(1, batch.SeriesCount / SpotChecks);
        ReadOnlySpan<byte> last = default;
        for (int i = 0; i < batch.SeriesCount; i += stride)
        {
            var host = SeriesKey.HostOf(batch.KeyOf(batch.Series[i]));
            if (host.SequenceEqual(last))
            {
                continue;
            }

            last = host;
            string name = Name(host);
            if (!tokens.Admit(token, name))
            {
                return $"The enrolment \"{token.Name}\" lets no further server join, and {name} has not joined with " +
                    $"it. " +
                    "Make a new one on the Servers page.";
            }
        }

        return null;
    }

    /// <summary>The host's name; without allocation when it is known.</summary>
    string Name(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > NameBytesMax)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> buffer = stackalloc char[NameBytesMax];
        var name = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out string? known))
        {
            return known;
        }

        string made = name.ToString();
        return _names.Count < NamesMax ? _names.GetOrAdd(made, made) : made;
    }
}
