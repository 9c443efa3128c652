namespace Presage.Api;

sealed class SessionDesk
{
    public Session Describe(Caller c) => throw new NotSupportedException();

    public Task<Session> SignInAsync(SignInRequest request, HttpContext context) => throw new NotSupportedException();

    public void SignOut(HttpContext context) => throw new NotSupportedException();

    public Task<Session> SetUpAsync(SetupRequest request, HttpContext context) => throw new NotSupportedException();

}
