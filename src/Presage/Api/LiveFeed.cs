namespace Presage.Api;

sealed class LiveFeed
{
    public Task ServeAsync(HttpContext context, string[] hosts) => throw new NotSupportedException();

}
