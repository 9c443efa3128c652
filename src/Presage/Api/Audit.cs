namespace Presage.Api;

/// <summary>
/// What the audit log shall say about the request being served; the gate writes it when the request succeeded.
/// </summary>
sealed class Audit
{
    /// <summary>Null: the route's values say it.</summary>
    public string? Subject { get; private set; }

    public string Detail { get; private set; } = "";

    /// <summary>Names what is changed and how. Never pass secrets.</summary>
    public static void Describe(HttpContext context, string subject, string detail)
    {
        var audit = Of(context);
        audit.Subject = subject;
        audit.Detail = detail;
    }

    public static Audit Of(HttpContext context)
    {
        if (context.Features.Get<Audit>() is not { } audit)
        {
            audit = new Audit();
            context.Features.Set(audit);
        }

        return audit;
    }
}
