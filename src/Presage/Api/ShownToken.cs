using Microsoft.AspNetCore.Connections.Features;

namespace Presage.Api;

/// <summary>
/// The token a connection showed with its last request: a sender shows the same with each, and it need be hashed and
/// looked up only once. Kept with the connection, and good as long as no token is revoked.
/// </summary>
/// <param name="authorization">The header as sent.</param>
/// <param name="agent">What the sender calls itself.</param>
/// <param name="from">Address and program, for the list of tokens.</param>
/// <param name="caller">Who it is.</param>
/// <param name="revision">Of the tokens, read before this one was looked up.</param>
sealed class ShownToken(string authorization, string agent, string from, Caller caller, long revision)
{
    static readonly object Key = new();

    public string From => from;

    public Caller Caller => caller;

    /// <summary>Whether a request shows the same, and it is still as good as it was then.</summary>
    public bool IsAgain(string nextAuthorization, string nextAgent, long revisionNow) =>
        revision == revisionNow && authorization == nextAuthorization && agent == nextAgent;

    /// <summary>What the request's connection showed last.</summary>
    public static ShownToken? Of(HttpContext context) =>
        ItemsOf(context) is { } items && items.TryGetValue(Key, out object? shown) ? (ShownToken?)shown : null;

    public static void Keep(HttpContext context, ShownToken shown)
    {
        if (ItemsOf(context) is { } items)
        {
            items[Key] = shown;
        }
    }

    /// <summary>Only HTTP/1 has one request of a connection at a time.</summary>
    static IDictionary<object, object?>? ItemsOf(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol)
            ? context.Features.Get<IConnectionItemsFeature>()?.Items
            : null;
}
