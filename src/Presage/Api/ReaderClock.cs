using Microsoft.Extensions.Primitives;
using Presage.Watching;

namespace Presage.Api;

/// <summary>
/// Sentences with the clock times of whoever reads them. A page says its zone with every request; who says none reads
/// the server's.
/// </summary>
sealed class ReaderClock(TimeProvider time)
{
    /// <summary>The zone by its IANA name, "Europe/Berlin".</summary>
    public const string Header = "Time-Zone";

    /// <summary>The same in the address, for what cannot set headers.</summary>
    public const string Parameter = "timeZone";

    const int NameMax = 64;

    /// <summary>The zone of the request that is being answered; null where it named none.</summary>
    static readonly AsyncLocal<Zone?> Asked = new();

    /// <summary>Notes the zone of a request for all that is read while it is answered.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        StringValues named = context.Request.Headers[Header];
        named = named.Count > 0 ? named : context.Request.Query[Parameter];
        if (named is [{ Length: > 0 and <= NameMax } name, ..])
        {
            Asked.Value = Zone.Of(name);
        }

        return next(context);
    }

    /// <summary>The sentence as the reader's clock tells it.</summary>
    public string Read(string sentence)
    {
        var (zone, isNamed) = Asked.Value ?? new Zone(time.LocalTimeZone, IsNamed: false);
        return SentenceTimes.Read(sentence, zone, time.GetUtcNow().ToUnixTimeMilliseconds(), isNamed);
    }

    /// <summary>The same, where there may be none.</summary>
    public string? ReadIfAny(string? sentence) => sentence is null ? null : Read(sentence);

    /// <param name="IsNamed">Whether times name it: the reader expects another.</param>
    sealed record Zone(TimeZoneInfo Info, bool IsNamed)
    {
        /// <summary>A zone that this machine does not know is no error: the reader gets UTC, and is told so.</summary>
        public static Zone Of(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var known)
            ? new Zone(known, IsNamed: false)
            : new Zone(TimeZoneInfo.Utc, IsNamed: true);
    }
}
