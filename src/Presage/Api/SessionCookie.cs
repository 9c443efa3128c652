using Presage.State;

namespace Presage.Api;

/// <summary>
/// The cookie that holds a session's id: unreadable for scripts, never sent with requests other sites cause.
/// </summary>
static class SessionCookie
{
    public const string Name = "presage_session";

    public static Secret? Read(HttpContext context) =>
        context.Request.Cookies[Name] is { Length: > 0 } id ? new Secret(id) : null;

    public static void Write(HttpContext context, Secret id, bool secure) =>
        context.Response.Cookies.Append(Name, id.Text, Options(secure, Sessions.Lifetime));

    public static void Delete(HttpContext context, bool secure) =>
        context.Response.Cookies.Delete(Name, Options(secure, null));

    static CookieOptions Options(bool secure, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = secure,
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };
}
